import Base
import HTTPServer
import PromQL
import TimeSeries

/// The parameters of `/api/v1/rules`.
struct RuleFilter {
    private var kind: String?
    private let names: Set<String>
    private let groups: Set<String>
    private let files: Set<String>
    private let selectors: [[LabelMatcher]]
    private let excludesAlerts: Bool
    private let limit: Int?
    private let nextToken: String

    init(_ parameters: HTTPParameters) throws(WebFailure) {
        let type = (parameters["type"] ?? "").lowercased()
        switch type {
        case "": kind = nil
        case "alert", "record": kind = type
        default: throw .invalid("invalid parameter \"type\": not supported value \"\(type)\"")
        }
        names = Set(parameters.values("rule_name[]"))
        groups = Set(parameters.values("rule_group[]"))
        files = Set(parameters.values("file[]"))
        var selectors: [[LabelMatcher]] = []
        for text in parameters.values("match[]") { selectors.append(try Self.matchers(text)) }
        self.selectors = selectors
        excludesAlerts = try Self.flag("exclude_alerts", parameters)
        nextToken = parameters["group_next_token"] ?? ""
        if let text = parameters["group_limit"], !text.isEmpty {
            guard let number = Int(text) else {
                let digits = text.drop { $0 == "-" || $0 == "+" }
                let isNumber = !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
                throw .invalid(
                    "invalid parameter \"group_limit\": group_limit needs to be a valid number: strconv.ParseInt: "
                        + "parsing \(GoQuote.quoted(text)): \(isNumber ? "value out of range" : "invalid syntax")")
            }
            guard number > 0 else {
                throw .invalid("invalid parameter \"group_limit\": group_limit needs to be greater than 0")
            }
            limit = number
        } else {
            limit = nil
        }
        if limit == nil, !nextToken.isEmpty {
            throw .invalid(
                "invalid parameter \"group_next_token\": group_limit needs to be present in order to paginate over the "
                    + "groups")
        }
    }

    private static func matchers(_ text: String) throws(WebFailure) -> [LabelMatcher] {
        do throws(PromQLError) { return try PromQLParser.parseMetricSelector(text) } catch {
            let isOpen = error.message.contains("at least one non-empty matcher")
            throw .invalid(isOpen ? "match[] must contain at least one non-empty matcher" : error.description)
        }
    }

    private static func flag(_ name: String, _ parameters: HTTPParameters) throws(WebFailure) -> Bool {
        switch parameters[name] ?? "" {
        case "1", "t", "T", "TRUE", "true", "True": true
        case "", "0", "f", "F", "FALSE", "false", "False": false
        case let text:
            throw .invalid(
                "invalid parameter \"\(name)\": error converting \(name): strconv.ParseBool: parsing "
                    + "\(GoQuote.quoted(text)): invalid syntax")
        }
    }

    /// The groups with the rules that are asked for, those without any left out, and the token of the next page.
    func apply(_ all: [RuleGroupView]) throws(WebFailure) -> (groups: [RuleGroupView], next: String?) {
        var found: [RuleGroupView] = []
        var skipping = !nextToken.isEmpty
        for group in all {
            if skipping {
                guard Self.token(group) == nextToken else { continue }
                skipping = false
            }
            if !groups.isEmpty, !groups.contains(group.name) { continue }
            if !files.isEmpty, !files.contains(group.file) { continue }
            var copy = group
            copy.rules = group.rules.filter(accepts)
            if copy.rules.isEmpty { continue }
            if excludesAlerts {
                for index in copy.rules.indices { copy.rules[index].alerting?.hideAlerts() }
            }
            if let limit, found.count == limit { return (found, Self.token(group)) }
            found.append(copy)
        }
        if skipping {
            throw .invalid(
                "invalid parameter \"group_next_token\": invalid group_next_token '\(nextToken)'. "
                    + "were rule groups changed?")
        }
        return (found, nil)
    }

    private func accepts(_ rule: RuleView) -> Bool {
        if let kind, (kind == "alert") != (rule.alerting != nil) { return false }
        if !names.isEmpty, !names.contains(rule.name) { return false }
        return selectors.isEmpty || selectors.contains { $0.allMatch(rule.labels) }
    }

    private static func token(_ group: RuleGroupView) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in (group.file + "\u{0};" + group.name).utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return String(hash, radix: 16)
    }
}

extension RuleView.Alerting {
    /// `exclude_alerts` shows `null` instead of a list.
    mutating func hideAlerts() {
        alerts = []
        isHidden = true
    }
}
