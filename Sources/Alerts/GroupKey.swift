import Base
import TimeSeries

/// The name of an aggregation group: the path of its route and the labels that its alerts share.
///
/// `{}/{a="b",c=~"d"}:{alertname="X", b="y"}`; the same group has the same key after a restart or reload.
public struct GroupKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The whole text.
    public let text: String

    /// A key that was made before.
    public init(text: String) { self.text = text }

    /// The key of the group `groupLabels` under the route `routeKey` (see ``routeKey(of:under:)``).
    public init(routeKey: String, groupLabels: Labels) {
        text = routeKey + ":" + Self.labelSet(groupLabels)
    }

    /// The text.
    public var description: String { text }

    /// By bytes.
    public static func < (left: GroupKey, right: GroupKey) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    /// The key of a route: its sorted matchers behind its parent's key; the root's is `{}`.
    public static func routeKey(of matchers: [AlertMatcher], under parent: String?) -> String {
        let own = "{" + matchers.sorted().map(\.description).joined(separator: ",") + "}"
        return parent.map { "\($0)/\(own)" } ?? own
    }

    /// `{a="b", c="d"}`, sorted, values quoted as Go does, names as they are.
    public static func labelSet(_ labels: Labels) -> String {
        let pairs = labels.map { name, value in name + "=" + GoQuote.quoted(value) }
        return "{" + pairs.joined(separator: ", ") + "}"
    }
}
