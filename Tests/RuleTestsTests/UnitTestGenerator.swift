import RuleTests

/// Choices that are the same for the same seed.
struct SeededChoices {
    private var state: UInt64

    init(seed: UInt64) { state = seed &+ 0x9E37_79B9_7F4A_7C15 }

    /// From 0 up to `limit`, not included.
    mutating func number(_ limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(max(1, limit)))
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { range.lowerBound + number(range.count) }
    mutating func pick<T>(_ all: [T]) -> T { all[number(all.count)] }
    /// True so often in a hundred.
    mutating func chance(_ percent: Int) -> Bool { number(100) < percent }
}

/// Makes rule files and files of unit tests with everything that these can have.
struct UnitTestGenerator {
    var choices: SeededChoices

    init(seed: UInt64) { choices = SeededChoices(seed: seed) }

    private mutating func pick(_ all: String...) -> String { choices.pick(all) }
    static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }

    // MARK: input

    private mutating func number() -> String { pick("0", "1", "2", "-3", "0.5", "1e3", "100", "1.7", "-0.25", "1e-3") }

    private mutating func values() -> String {
        (0..<choices.number(1...6)).map { _ in
            switch choices.number(12) {
            case 0: return "_"
            case 1: return "_x\(choices.number(5))"
            case 2: return "stale"
            case 3: return "\(number())x\(choices.number(20))"
            case 4: return "\(number())+\(pick("1", "0.3", "10", "0"))x\(choices.number(30))"
            case 5: return "\(number())-\(pick("1", "2.5"))x\(choices.number(30))"
            case 6 where choices.chance(40): return pick("NaN", "Inf", "-Inf", "+Inf", "nan", "inf")
            case 7 where choices.chance(10):
                return pick("foo", "1x", "x3", "1+x2", "1+2", "{{}", "_1", "1e", "--1", "0x10")
            default: return number()
            }
        }.joined(separator: pick(" ", " ", "  "))
    }

    private mutating func histogram() -> String {
        let buckets = (0..<choices.number(1...4)).map { _ in choices.number(6) }
        var fields = ["count:\(buckets.reduce(1, +))", "sum:\(pick("5", "2.5", "10"))"]
        fields.append("buckets:[\(buckets.map(String.init).joined(separator: " "))]")
        if choices.chance(80) { fields.append("schema:\(choices.pick([0, 0, 1, 2]))") }
        if choices.chance(50) { fields += ["z_bucket:1", "z_bucket_w:0.001"] }
        if choices.chance(20) { fields.append("offset:\(choices.number(-2...3))") }
        if choices.chance(10) { fields.append("counter_reset_hint:\(pick("gauge", "reset", "not_reset", "unknown"))") }
        return "{{\(fields.joined(separator: " "))}}"
    }

    private mutating func histograms() -> String {
        (0..<choices.number(1...3)).map { _ in
            switch choices.number(5) {
            case 0: "\(histogram())x\(choices.number(6))"
            case 1: "\(histogram())\(pick("+", "+", "-"))\(histogram())x\(choices.number(1...8))"
            case 2: "_"
            default: histogram()
            }
        }.joined(separator: " ")
    }

    // MARK: expressions

    private mutating func selector() -> String {
        pick("g", "g", "c", "c", "up")
            + pick("", "", "", "{a=\"x\"}", "{a=~\"x|y\"}", "{b!=\"1\"}", "{a!~\"z.*\",b=\"2\"}")
    }

    private mutating func window() -> String { pick("1m", "2m", "5m", "90s", "30s", "10m", "15s") }

    private mutating func modifiers() -> String {
        if choices.chance(70) { return "" }
        return pick(
            " offset 1m", " offset -1m", " offset 30s", " @ 60", " @ 300", " @ start()", " @ end()", " offset -30s @ 90"
        )
    }

    private mutating func overRange() -> String {
        let function = pick(
            "rate", "increase", "delta", "sum_over_time", "avg_over_time", "count_over_time", "max_over_time",
            "last_over_time", "irate", "changes", "resets", "deriv", "present_over_time", "stddev_over_time")
        return "\(function)(\(selector())[\(window())]\(modifiers()))"
    }

    private mutating func vector(_ depth: Int = 0) -> String {
        let next = depth + 1
        switch choices.number(depth < 3 ? 25 : 6) {
        case 0...2: return selector() + modifiers()
        case 3...5: return overRange()
        case 6...8:
            return "\(pick("sum", "avg", "max", "min", "count", "group", "stddev")) "
                + "\(pick("", "by (a) ", "by (a, b) ", "without (b) ", "by () "))(\(vector(next)))"
        case 9: return "topk(\(choices.number(4)), \(vector(next)))"
        case 10...13:
            return "(\(vector(next))) \(pick(">", "<", "==", "!=", ">=", "<=")) \(pick("", "", "bool "))\(number())"
        case 14: return "(\(vector(next))) \(pick("+", "-", "*", "/", "%", "^")) \(number())"
        case 15, 16:
            return "(\(vector(next))) \(pick("+", "-", "*", "/", "and", "or", "unless", ">", "<")) "
                + "\(pick("", "on (a)", "ignoring (b)", "on (a, b)", "on ()")) (\(vector(next)))"
        case 17: return "(\(vector(next))) \(pick("*", "/", ">")) on (a) group_left () (sum by (a) (\(vector(next))))"
        case 18:
            return "\(pick("max_over_time", "avg_over_time", "count_over_time", "rate", "last_over_time"))"
                + "((\(vector(next)))[\(window()):\(pick("", "30s", "1m"))])"
        case 19: return "absent(\(selector()))"
        case 20:
            return
                "\(pick("abs", "ceil", "floor", "sqrt", "exp", "sgn", "timestamp", "round", "sort"))(\(vector(next)))"
        case 21: return "label_replace(\(vector(next)), \"a\", \"\(pick("$1", "q", "x$1"))\", \"b\", \"(.*)\")"
        case 22: return "vector(\(choices.chance(50) ? "time()" : "scalar(\(vector(next)))"))"
        case 23: return "clamp_max(\(vector(next)), \(number()))"
        default:
            switch choices.number(9) {
            case 0: return "count_values(\"v\", \(vector(next)))"
            case 1: return "quantile(0.5, \(vector(next)))"
            case 2: return "absent_over_time(g[\(window())])"
            case 3: return "{__name__=~\"rec.*\"}"
            case 4: return "ALERTS_FOR_STATE"
            case 5: return "ALERTS{alertstate=\"firing\"}"
            case 6: return "ALERTS"
            default: return pick("rec1", "rec2")
            }
        }
    }

    mutating func expression() -> String {
        if choices.chance(3) {
            return pick(
                "1 + 1", "time()", "\"x\"", "g[5m]", "sum(", "g{", "scalar(g)", "pi()", "h > 1", "-h",
                "histogram_quantile(0.9, sum by (le) (rate(c[5m])))")
        }
        if choices.chance(10) {
            return pick(
                "h", "h{a=\"x\"}", "histogram_quantile(0.5, h)", "histogram_count(h)", "rate(h[2m])", "sum(h)",
                "histogram_avg(rate(h[5m]))", "increase(h[3m])", "histogram_sum(sum(rate(h[2m])))", "h * 2",
                "histogram_fraction(0, 1, h)", "avg(h)", "sum_over_time(h[2m])")
        }
        return vector()
    }

    // MARK: rules

    mutating func rules() -> String {
        var lines = ["groups:"]
        for group in 0..<choices.number(1...3) {
            lines.append("  - name: g\(group)")
            if choices.chance(30) { lines.append("    interval: \(pick("30s", "1m", "10s"))") }
            if choices.chance(15) { lines.append("    limit: \(choices.number(3))") }
            if choices.chance(10) { lines.append("    query_offset: \(pick("30s", "1m", "0s"))") }
            if choices.chance(10) { lines.append("    labels: {grp: \"\(group)\", severity: low}") }
            lines.append("    rules:")
            for _ in 0..<choices.number(1...4) { lines += choices.chance(40) ? recordingRule() : alertingRule() }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private mutating func recordingRule() -> [String] {
        let name = pick("rec1", "rec2", "rec:x", "rec3", choices.chance(20) ? "g" : "rec3")
        var lines = ["      - record: \(name)", "        expr: \(Self.quoted(expression()))"]
        if choices.chance(30) {
            lines.append("        labels: {\(pick("a", "k")): \(Self.quoted(pick("x", "lit", "")))}")
        }
        return lines
    }

    private mutating func alertingRule() -> [String] {
        var lines = ["      - alert: \(pick("A1", "A2", "A3"))", "        expr: \(Self.quoted(expression()))"]
        if choices.chance(50) { lines.append("        for: \(pick("1m", "0s", "3m", "30s", "2m"))") }
        if choices.chance(25) { lines.append("        keep_firing_for: \(pick("1m", "2m", "5m"))") }
        if choices.chance(50) {
            let label = pick(
                "page", "{{ $labels.a }}", "{{ $value }}", "{{ if gt $value 1.0 }}hi{{ else }}lo{{ end }}", "",
                "{{ .ExternalLabels.region }}")
            lines.append("        labels: {sev: \(Self.quoted(label))}")
        }
        if choices.chance(50) {
            let text = pick(
                "plain", "{{ $labels.a }} is {{ $value }}", "{{ $value | humanize }}",
                "{{ with query \"sum(g)\" }}{{ . | first | value }}{{ end }}",
                "{{ $externalURL }}/{{ $externalLabels.region }}", "{{ $labels.nope }}", "{{ query \"rec1\" | len }}",
                "{{ humanizeDuration $value }}", "", "{{ printf \"%.2f\" $value }}", "{{ $labels }}")
            lines.append("        annotations: {t: \(Self.quoted(text))}")
        }
        return lines
    }

    // MARK: tests

    mutating func tests() -> GeneratedTests {
        var tests = GeneratedTests()
        if choices.chance(95) { tests.head.append("rule_files: [\(pick("rules.yml", "rul*.yml", "./rules.yml"))]") }
        if choices.chance(90) {
            tests.head.append("evaluation_interval: \(pick("1m", "1m", "30s", "15s", "2m", "90s"))")
        }
        // Without an order promtool takes the groups as its hash table gives them.
        tests.head.append(
            "group_eval_order: [\(pick("g0, g1, g2", "g2, g1, g0", "g1, g0, g2", "g0, g2, g1"))]")
        if choices.chance(20) { tests.head.append("fuzzy_compare: true") }
        for number in 0..<choices.number(1...3) { tests.cases.append(testCase(number)) }
        return tests
    }

    private mutating func testCase(_ number: Int) -> GeneratedTests.Case {
        var test = GeneratedTests.Case()
        test.lines.append("name: case\(number)")
        if choices.chance(80) { test.lines.append("interval: \(pick("1m", "30s", "15s", "1m", "10s"))") }
        if choices.chance(20) { test.lines.append("external_labels: {region: eu}") }
        if choices.chance(20) { test.lines.append("external_url: http://x.example/p") }
        if choices.chance(15) { test.lines.append("input_series: []") } else { test.lines += input() }
        for _ in 0..<choices.number(4) {
            test.alerts.append(
                .init(
                    time: pick("0", "1m", "2m", "3m", "5m", "90s", "10m", "7m30s", "0s"), name: pick("A1", "A2", "A3")))
        }
        for _ in 0..<choices.number(5) {
            test.expressions.append(
                .init(
                    time: pick("0", "1m", "2m", "3m", "5m", "90s", "10m", "45s", "12m"), expression: expression()))
        }
        return test
    }

    private mutating func input() -> [String] {
        var lines = ["input_series:"]
        func add(_ series: String, _ values: String) {
            lines.append("  - series: \(Self.quoted(series))")
            lines.append("    values: \(Self.quoted(values))")
        }
        add("up{a=\"x\",b=\"1\"}", values())
        for name in ["g", "c", "up", "g", "c", "g"] where choices.chance(75) {
            let series = "\(name){a=\"\(pick("x", "y", "z"))\",b=\"\(pick("1", "2"))\"}"
            let counts = name == "c" && choices.chance(60)
            add(series, counts ? "0+\(pick("1", "10", "0.5", "60"))x\(choices.number(3...40))" : values())
        }
        if choices.chance(40) { add("h{a=\"\(pick("x", "y"))\"}", histograms()) }
        if choices.chance(10) { add("rec1", values()) }
        return lines
    }
}
