import Base

/// Why a daemon does not start or reload.
public enum DaemonFailure: Error, Sendable, CustomStringConvertible {
    /// Configuration or rule files are wrong.
    case configuration(Diagnostics)
    /// A part of the surroundings is missing: the state folder, the address.
    case surroundings(String)

    /// What is wrong, one line a problem.
    public var description: String {
        switch self {
        case .configuration(let problems): problems.description
        case .surroundings(let reason): reason
        }
    }
}
