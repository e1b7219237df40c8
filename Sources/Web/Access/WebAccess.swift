import Base
internal import Synchronization

/// The rules of access in force, exchangeable while the service runs.
public final class WebAccess: Sendable {
    /// What holds at one moment.
    struct Rules: Sendable {
        /// Nil: everybody may do everything.
        var control: AccessControl?
        /// Header lines of every answer.
        var headers: [(name: String, value: String)] = []
    }

    private let state = Mutex(Rules())

    /// Everybody may do everything until ``replace(with:)`` says otherwise.
    public init() {}

    var rules: Rules { state.withLock { $0 } }

    /// Puts other rules in force for requests to come.
    /// - Throws: A ``Diagnostic`` when a token cannot be read; the old rules stay.
    public func replace(with configuration: WebConfiguration) throws(Diagnostic) {
        let control = try AccessControl(configuration)
        state.withLock { $0 = Rules(control: control, headers: configuration.headers) }
    }
}
