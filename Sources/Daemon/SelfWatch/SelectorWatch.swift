import Base
import PromQL
import RuleFiles
import Ruler
import TimeSeries

/// Which selectors of rules match nothing, and since when.
struct SelectorWatch: Sendable {
    /// A selector and a rule that has it.
    struct Selector: Sendable, Hashable {
        var matchers: [LabelMatcher]
        /// As it stands in PromQL, without ranges and offsets.
        var text: String
        var file: String
        var group: String
        var rule: String
    }

    /// Selectors that are watched at most.
    static let maximum = 5_000

    private(set) var selectors: [Selector] = []
    /// The last instant at which a selector was known to match, or the first at which it was looked for.
    private var matched: [String: Timestamp] = [:]

    /// Watches the selectors of these rules; what is known of selectors that stay is kept.
    ///
    /// Not watched is what rules here record, and what stands in absent(): it should match nothing.
    mutating func reload(_ files: [RuleFile], recorded: RecordedNames, at now: Timestamp) {
        var found: [String: Selector] = [:]
        var order: [String] = []
        for group in files.flatMap(\.groups) {
            for rule in group.rules {
                Self.collect(rule.expression.expr) { selector in
                    guard found.count < Self.maximum, !recorded.areRead(by: .vectorSelector(selector)) else { return }
                    let text = "{" + selector.matchers.map(\.description).joined(separator: ",") + "}"
                    guard found[text] == nil else { return }
                    order.append(text)
                    found[text] = Selector(
                        matchers: selector.matchers, text: text, file: group.file, group: group.name, rule: rule.name)
                }
            }
        }
        selectors = order.compactMap { found[$0] }
        matched = matched.filter { found[$0.key] != nil }
        for text in order where matched[text] == nil { matched[text] = now }
    }

    /// Notes that a selector matches at `now`.
    mutating func noteMatch(_ selector: Selector, at now: Timestamp) { matched[selector.text] = now }

    /// The clock was set.
    mutating func shift(by step: Duration) { matched = matched.mapValues { $0 + step } }

    /// Selectors that have matched nothing for `duration`, and since when.
    func unmatched(for duration: Duration, at now: Timestamp) -> [(selector: Selector, since: Timestamp)] {
        selectors.compactMap { selector in
            guard let since = matched[selector.text], now - since >= duration else { return nil }
            return (selector, since)
        }
    }

    private static func collect(_ expression: Expr, _ body: (VectorSelector) -> Void) {
        if case .vectorSelector(let selector) = expression { return body(selector) }
        if case .call(let call) = expression, ["absent", "absent_over_time"].contains(call.function) { return }
        for child in expression.children { collect(child, body) }
    }
}
