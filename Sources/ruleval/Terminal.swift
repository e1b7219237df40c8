@preconcurrency import Glibc

/// Standard output and standard error.
enum Terminal {
    /// Results.
    static func out(_ text: String) { write(text, to: STDOUT_FILENO) }

    /// Results that are bytes.
    static func out(bytes: [UInt8]) { bytes.withUnsafeBufferPointer { write($0, to: STDOUT_FILENO) } }

    /// Everything else.
    static func error(_ text: String) { write(text.hasSuffix("\n") ? text : text + "\n", to: STDERR_FILENO) }

    /// Standard error, as it stands.
    static func raw(_ text: String) { write(text, to: STDERR_FILENO) }

    /// Whether standard output is a terminal that wants colour.
    static var wantsColour: Bool {
        isatty(STDOUT_FILENO) == 1 && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { write($0, to: descriptor) }
    }

    private static func write(_ bytes: UnsafeBufferPointer<UInt8>, to descriptor: Int32) {
        var sent = 0
        while sent < bytes.count {
            guard let base = bytes.baseAddress else { return }
            let count = Glibc.write(descriptor, base + sent, bytes.count - sent)
            if count < 0, errno != EINTR { return }
            sent += max(count, 0)
        }
    }
}
