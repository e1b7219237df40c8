/// Which files of tests are to be run again: those that changed, or of which a rule file changed, came or went.
public struct TestWatch: Sendable {
    /// Tells two states of a file apart, without reading it.
    public struct Stamp: Hashable, Sendable {
        /// Length in bytes.
        public var size: Int64
        /// When it was last written, in nanoseconds since the epoch.
        public var modified: Int64
        /// Which file stands at the path.
        public var inode: UInt64

        /// A state.
        public init(size: Int64, modified: Int64, inode: UInt64) {
            self.size = size
            self.modified = modified
            self.inode = inode
        }
    }

    /// Asks for a file's state; nil when it is not there.
    public typealias Looking = (String) -> Stamp?
    /// Asks for the files that a pattern names.
    public typealias Expanding = (String) -> [String]

    private var patterns: [String: [String]] = [:]
    private var known: [String: [String: Stamp?]] = [:]

    /// Of nothing yet.
    public init() {}

    /// Notes which patterns of rule files a file of tests reads.
    public mutating func note(_ test: String, patterns: [String]) { self.patterns[test] = patterns }

    /// The files among `tests` that must be run, and remembers how everything is now.
    public mutating func touched(_ tests: [String], look: Looking, expand: Expanding) -> [String] {
        var touched: [String] = []
        var now: [String: [String: Stamp?]] = [:]
        for test in tests {
            var stamps: [String: Stamp?] = [test: look(test)]
            for file in (patterns[test] ?? []).flatMap(expand) { stamps[file] = look(file) }
            now[test] = stamps
            if known[test] != stamps { touched.append(test) }
        }
        known = now
        return touched
    }
}
