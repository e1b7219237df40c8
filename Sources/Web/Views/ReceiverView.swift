import TimeSeries

/// A receiver as the API shows it.
public struct ReceiverView: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// Its labels; `name` is always among them.
    public let labels: Labels

    /// A receiver with these labels beside its name.
    public init(name: String, labels: [(String, String)] = []) {
        self.name = name
        self.labels = Labels(keepingEmpty: labels.filter { $0.0 != "name" } + [("name", name)])
    }
}
