/// Why state cannot be kept or read.
public enum StateStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The folder cannot be made or written; the system's words.
    case notWritable(directory: String, reason: String)
    /// Another process uses the folder.
    case locked(directory: String, process: Int32?)
    /// A later version wrote the folder.
    case newerSchema(directory: String, found: Int, known: Int)
    /// The disk refused; what was to be written is not there.
    case writing(reason: String)
    /// What is there cannot be read.
    case reading(reason: String)
    /// The store has been closed.
    case closed

    /// One sentence, lower case, with the way out where there is one.
    public var description: String {
        switch self {
        case .notWritable(let directory, let reason):
            "state folder \(directory) is not writable: \(reason); name another with --state"
        case .locked(let directory, let process):
            "state folder \(directory) is in use by another ruleval"
                + (process.map { " (process \($0))" } ?? "") + "; stop it, or name another folder with --state"
        case .newerSchema(let directory, let found, let known):
            "state folder \(directory) was written by a later ruleval (schema \(found), this one knows \(known)); "
                + "start that version again, or name another folder with --state"
        case .writing(let reason): "state cannot be written: \(reason)"
        case .reading(let reason): "state cannot be read: \(reason)"
        case .closed: "the state store is closed"
        }
    }
}
