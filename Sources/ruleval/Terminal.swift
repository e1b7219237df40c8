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

    /// Characters a line of the terminal that standard output goes to; nil when it goes elsewhere.
    static var width: Int? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return namedWidth }
        return Int(size.ws_col)
    }

    /// The width that COLUMNS tells, else 80.
    static var namedWidth: Int {
        getenv("COLUMNS").flatMap { Int(String(cString: $0)) }.flatMap { (1...1000).contains($0) ? $0 : nil } ?? 80
    }

    /// Whether the locale is one of UTF-8; without any locale it is taken for one.
    static var takesUnicode: Bool {
        for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
            guard let value = getenv(name).map({ String(cString: $0).lowercased() }), !value.isEmpty else { continue }
            return value.contains("utf-8") || value.contains("utf8")
        }
        return true
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
