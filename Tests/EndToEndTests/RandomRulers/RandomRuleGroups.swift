import JSON
import RuleFiles
import TestSupport

/// Rule groups out of a seed, and the same changed as people change them between two reloads.
struct RandomRuleGroups {
    struct Rule {
        var isAlert: Bool
        var name: String
        var expression: String
        var labels: [(String, String)] = []
        var annotations: [(String, String)] = []
        var hold = "0s"
        var keep = "0s"
    }

    struct Group {
        /// What the name begins with; unique.
        var start: String
        var seconds: Int
        var limit = 0
        var offset: String?
        var labels: [(String, String)] = []
        var rules: [Rule]
        /// The recorded series that tells of each tick: the last rule's.
        var beat: String
    }

    let prefix: String
    /// Whether nothing depends on what was before some seconds, so that rulers agree again some seconds after a restart.
    let forgets: Bool
    private(set) var groups: [Group] = []

    init(prefix: String, forgets: Bool = false, _ random: inout SeededGenerator) {
        self.prefix = prefix
        self.forgets = forgets
        for letter in ["a", "b"] { groups.append(group(letter, &random)) }
    }

    private func group(_ letter: String, _ random: inout SeededGenerator) -> Group {
        let start = "\(prefix)\(letter)"
        var group = Group(start: start, seconds: random.chance(80) ? 1 : 2, rules: [], beat: "\(start):beat")
        if random.chance(15) { group.limit = 1 + random.upTo(3) }
        if random.chance(30) { group.offset = random.pick(["0s", "1s", "1500ms", "3s"]) }
        if random.chance(25) { group.labels = [("from", "group"), ("queue", random.pick(["", "grouped"]))] }
        for number in 0..<(4 + random.upTo(4)) { group.rules.append(rule(number, start, &random)) }
        return group
    }

    /// A rule that a rule file may have.
    private func rule(_ number: Int, _ start: String, _ random: inout SeededGenerator) -> Rule {
        while true {
            let rule = anyRule(number, start, &random)
            let text = Group(start: start, seconds: 1, rules: [rule], beat: "beat").file(name: "g")
            if RuleFileLoader.load(text: text, path: "rules.yml").file != nil { return rule }
        }
    }

    private func anyRule(_ number: Int, _ start: String, _ random: inout SeededGenerator) -> Rule {
        let upper = start.uppercased()
        let selectors = [
            "\(start):rec0", "\(start):rec1", "\(start):rec\(number)", "ALERTS{alertname=~\"\(upper).*\"}",
            "ALERTS{alertstate=\"firing\",alertname=~\"\(upper).*\"}", "ALERTS_FOR_STATE{alertname=~\"\(upper).*\"}",
            "{__name__=~\"\(start):rec.*\"}",
        ]
        let expressions = RandomRuleExpression(prefix: prefix, recorded: forgets ? [] : selectors)
        let isAlert = number > 1 && random.chance(70)
        var rule = Rule(
            isAlert: isAlert, name: isAlert ? "\(upper)R\(number)" : "\(start):rec\(number)",
            expression: isAlert ? expressions.condition(&random) : expressions.vector(2, &random))
        if random.chance(10) { rule.expression = expressions.rule(&random) }
        // Two rules of one name.
        if random.chance(8), number > 1, !forgets { rule.name = isAlert ? "\(upper)R2" : "\(start):rec0" }
        var names = ["severity", "queue", "team", "note", "alertname", "alertstate", "instance", "cluster", "from"]
        for _ in 0..<random.upTo(2) {
            let name = names.remove(at: random.upTo(names.count - 1))
            rule.labels.append((name, RandomTemplate.label(prefix, &random)))
        }
        guard isAlert else { return rule }
        for number in 0..<random.upTo(3) {
            rule.annotations.append(
                ("note\(number)", RandomTemplate.annotation(prefix, group: upper, &random)))
        }
        rule.hold = random.pick(["0s", "0s", "1s", "2s", "3s", "5s", "1h", "1500ms"])
        rule.keep = random.pick(["0s", "0s", "0s", "1s", "2s", "4s", "1h"])
        if forgets {
            // Prometheus restores what is held longer than its grace period of ten minutes, and never what is kept.
            rule.hold = random.pick(["0s", "1h"])
            rule.keep = "0s"
            rule.annotations.removeAll { $0.1.contains("ALERTS") || $0.1.contains(":rec") }
        }
        return rule
    }

    /// The same with changes: rules that change, come, go and move, groups that get another name.
    func changed(_ random: inout SeededGenerator) -> RandomRuleGroups {
        var copy = self
        for index in copy.groups.indices {
            var group = copy.groups[index]
            for place in group.rules.indices {
                let other = rule(place, groups[index].start, &random)
                switch random.upTo(9) {
                case 0: group.rules[place].expression = other.expression
                case 1: group.rules[place].hold = other.hold
                case 2: group.rules[place].labels = other.labels
                case 3: group.rules[place].annotations = other.annotations
                case 4 where other.isAlert == group.rules[place].isAlert: group.rules[place] = other
                default: break
                }
            }
            if random.chance(30) { group.rules.remove(at: random.upTo(group.rules.count - 1)) }
            if random.chance(30) { group.rules.append(rule(9, groups[index].start, &random)) }
            if random.chance(30) { group.rules.swapAt(0, group.rules.count - 1) }
            if random.chance(20) { group.start += "n" }
            if random.chance(15) { group.limit = random.upTo(2) }
            if random.chance(15) { group.labels = random.chance(50) ? [] : [("from", "changed")] }
            copy.groups[index] = group
        }
        if random.chance(25), let moved = copy.groups[0].rules.popLast() { copy.groups[1].rules.append(moved) }
        return copy
    }
}

extension RandomRuleGroups.Group {
    /// A rule file with this group alone, in JSON, which is YAML.
    func file(name: String) -> String {
        var fields = ["\"name\": \(quoted(name))", "\"interval\": \"\(seconds)s\""]
        if limit > 0 { fields.append("\"limit\": \(limit)") }
        if let offset { fields.append("\"query_offset\": \"\(offset)\"") }
        if !labels.isEmpty { fields.append("\"labels\": \(object(labels))") }
        let all = rules + [.init(isAlert: false, name: beat, expression: "vector(1)")]
        fields.append("\"rules\": [\n\(all.map { "  " + $0.text }.joined(separator: ",\n"))]")
        return "{\"groups\": [{\(fields.joined(separator: ", "))}]}\n"
    }
}

extension RandomRuleGroups.Rule {
    fileprivate var text: String {
        var fields = ["\"\(isAlert ? "alert" : "record")\": \(quoted(name))", "\"expr\": \(quoted(expression))"]
        if isAlert, hold != "0s" { fields.append("\"for\": \"\(hold)\"") }
        if isAlert, keep != "0s" { fields.append("\"keep_firing_for\": \"\(keep)\"") }
        if !labels.isEmpty { fields.append("\"labels\": \(object(labels))") }
        if isAlert, !annotations.isEmpty { fields.append("\"annotations\": \(object(annotations))") }
        return "{\(fields.joined(separator: ", "))}"
    }
}

private func object(_ pairs: [(String, String)]) -> String {
    "{\(pairs.map { "\(quoted($0.0)): \(quoted($0.1))" }.joined(separator: ", "))}"
}

private func quoted(_ text: String) -> String {
    var json = JSONWriter(escaping: .plain)
    json.string(text)
    return json.text
}
