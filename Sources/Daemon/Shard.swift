import RuleFiles
import TimeSeries

/// One of several replicas that share rule groups among them, written `1/3`.
public struct Shard: Sendable, Hashable {
    /// Which replica, counted from 1.
    public let number: Int
    /// How many there are.
    public let count: Int

    /// Reads `1/3`; nil when it is no such thing.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[0]), let count = Int(parts[1]), count > 0, count <= 10_000,
            (1...count).contains(number)
        else { return nil }
        self.number = number
        self.count = count
    }

    /// Whether a group is this replica's: by a hash of its name and its file's name, so that folders may differ.
    public func owns(_ group: RuleGroup) -> Bool {
        let file = group.file.split(separator: "/").last.map(String.init) ?? group.file
        var key = "\(file);\(group.name)"
        let hash = key.withUTF8 { StableHash.hash(UnsafeRawBufferPointer($0)) }
        return hash % UInt64(count) == UInt64(number - 1)
    }

    /// The files with this replica's groups only.
    func share(of files: [RuleFile]) -> [RuleFile] {
        files.map { file in
            var copy = file
            copy.groups = file.groups.filter(owns)
            return copy
        }
    }
}
