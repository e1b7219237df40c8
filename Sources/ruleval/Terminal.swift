@preconcurrency import Glibc

/// Standard output and standard error.
enum Terminal {
    /// Results.
    static func out(_ text: String) { write(text, to: STDOUT_FILENO) }

    /// Everything else.
    static func error(_ text: String) { write(text.hasSuffix("\n") ? text : text + "\n", to: STDERR_FILENO) }

    /// Whether standard output is a terminal that wants colour.
    static var wantsColour: Bool {
        isatty(STDOUT_FILENO) == 1 && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)
    }

    /// Shows on a terminal how many of how many are done, on a line that goes away.
    static func progress(_ done: Int, _ all: Int) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        write(done == all ? "\r\u{1B}[K" : "\r\(done) of \(all)", to: STDERR_FILENO)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var sent = 0
            while sent < bytes.count {
                guard let base = bytes.baseAddress else { return }
                let count = Glibc.write(descriptor, base + sent, bytes.count - sent)
                if count < 0, errno != EINTR { return }
                sent += max(count, 0)
            }
        }
    }
}
