import TestSupport

/// Random PromQL over the samples of one world and what one group records.
///
/// Without `atan2`, `exp` and what else differs in its last bit between Go's mathematics and C's, and without rates of native
/// histograms, which 3.14 extrapolates less far than 3.5.
struct RandomRuleExpression {
    /// What the metrics begin with.
    let prefix: String
    /// What the group recorded, its alerts included: selectors.
    let recorded: [String]

    /// An expression as a rule has it.
    func rule(_ random: inout SeededGenerator) -> String {
        if random.chance(4) { return random.pick(odd) }
        return random.chance(50) ? condition(&random) : vector(2, &random)
    }

    /// A comparison, as alerts mostly are.
    func condition(_ random: inout SeededGenerator) -> String {
        let left = vector(random.upTo(2), &random)
        if random.chance(8) { return left }
        let operation = random.pick([">", "<", ">=", "<=", "!=", "==", "> bool", "<= bool"])
        // Whether a filter may hide that there are too many partners differs between 3.5 and 3.14.
        if random.chance(12) { return "\(left) == bool \(matching(&random)) \(vector(1, &random))" }
        return "\(left) \(operation) \(scalar(&random))"
    }

    /// What is refused, or evaluates to something else than a vector, or to an error.
    private var odd: [String] {
        [
            "\"text\"", "\(prefix)_q[5s]", "\(prefix)_q * on (team) \(prefix)_q", "1 > bool 2", "vector(NaN)",
            "\(prefix)_q + on (queue) \(prefix)_c_total", "label_replace(\(prefix)_q, \"queue\", \"one\", \"\", \"\")",
            "{__name__=~\"\(prefix)_(q|up)\"} > 3", "sum({__name__=~\"\(prefix)_.*\"})", "time()", "-1.5",
            "abs({__name__=~\"\(prefix)_(q|info)\"})",
            "label_replace(\(prefix)_q, \"a-b\", \"x\", \"queue\", \"(.*)\")",
            "quantile_over_time(2, \(prefix)_q[4s])", "count_values(\"queue\", \(prefix)_q)",
            "label_join(\(prefix)_q, \"__name__\", \"_\", \"team\", \"queue\")",
        ]
    }

    private func scalar(_ random: inout SeededGenerator) -> String {
        if random.chance(8) {
            return random.pick([
                "scalar(\(prefix)_q{queue=\"a\",team=\"x\"})", "time() % 7", "NaN", "-Inf", "scalar(sum(\(prefix)_q))",
            ])
        }
        return random.pick(["0", "1", "3", "5", "8.25", "12", "-1", "0.5", "100"])
    }

    private func selector(_ random: inout SeededGenerator) -> String {
        if !recorded.isEmpty, random.chance(30) { return random.pick(recorded) }
        return random.pick([
            "\(prefix)_q", "\(prefix)_q", "\(prefix)_q{queue=~\"a|b\"}", "\(prefix)_q{queue!=\"a\",team=\"x\"}",
            "\(prefix)_q{team=~\"x?\"}", "\(prefix)_up", "\(prefix)_up{job=\"node\"}", "\(prefix)_c_total",
            "\(prefix)_c_total{code=~\"5..\"}", "\(prefix)_info", "\(prefix)_none",
            "\(prefix)_b_bucket{le!=\"+Inf\"}", "{__name__=\"\(prefix)_q\",queue=\"b\"}",
        ])
    }

    private func modifier(_ random: inout SeededGenerator) -> String {
        random.chance(80)
            ? "" : random.pick([" offset 1s", " offset 2500ms", " offset -500ms", " @ end()", " offset 5s"])
    }

    private func range(_ random: inout SeededGenerator) -> String {
        if random.chance(20) {
            return "(\(vector(1, &random)))[\(random.pick(["3s:1s", "5s:500ms", "4s:2s"]))]"
        }
        return selector(&random) + "[\(random.pick(["1s", "2s", "3s", "5s", "10s", "1m"]))]" + modifier(&random)
    }

    private func matching(_ random: inout SeededGenerator) -> String {
        random.pick([
            "", "on (queue)", "ignoring (team, code)", "on (queue) group_left ()", "on (queue) group_right (team)",
            "on ()", "on (queue) group_left (owner, version)",
        ])
    }

    private func grouping(_ random: inout SeededGenerator) -> String {
        random.pick([
            "", "by (queue)", "by (team)", "without (team)", "by (queue, nothing)", "without (queue, code)", "by ()",
        ])
    }

    /// An instant vector.
    func vector(_ depth: Int, _ random: inout SeededGenerator) -> String {
        if depth <= 0 { return selector(&random) + modifier(&random) }
        switch random.upTo(15) {
        case 0, 1: return selector(&random) + modifier(&random)
        case 2, 3, 4:
            let name = random.pick(["sum", "avg", "min", "max", "count", "group", "stddev", "sum", "count"])
            return "\(name) \(grouping(&random)) (\(vector(depth - 1, &random)))"
        case 5: return "quantile \(grouping(&random)) (0.5, \(vector(depth - 1, &random)))"
        case 6, 7:
            let name = random.pick([
                "rate", "increase", "delta", "irate", "avg_over_time", "max_over_time", "min_over_time",
                "sum_over_time",
                "count_over_time", "last_over_time", "present_over_time", "changes", "resets", "stddev_over_time",
                "deriv",
                "idelta", "absent_over_time",
            ])
            return "\(name)(\(range(&random)))"
        case 8:
            let operation = random.pick(["+", "-", "*", "/", "%"])
            return "(\(vector(depth - 1, &random)) \(operation) \(scalar(&random)))"
        case 9:
            let operation = random.pick(["+", "-", "*", "/", "> bool", "<= bool", "== bool"])
            return "(\(vector(depth - 1, &random)) \(operation) \(matching(&random)) \(vector(depth - 1, &random)))"
        case 10:
            let operation = random.pick(["and", "or", "unless"])
            let on = random.pick(["", "on (queue)", "on ()", "ignoring (team)"])
            return "(\(vector(depth - 1, &random)) \(operation) \(on) \(vector(depth - 1, &random)))"
        case 11:
            return
                "absent(\(random.pick(["\(prefix)_none{a=\"b\",c=~\"d\"}", "\(prefix)_q{queue=\"d\"}", selector(&random)])))"
        case 12:
            return random.pick([
                "histogram_quantile(0.9, rate(\(prefix)_b_bucket[5s]))", "histogram_quantile(0.5, \(prefix)_h)",
                "histogram_count(\(prefix)_h)", "\(prefix)_h", "histogram_avg(\(prefix)_h offset 1s)",
                "sum(\(prefix)_h)", "histogram_fraction(0, 2, \(prefix)_h)", "\(prefix)_h * 2",
                "last_over_time(\(prefix)_h[3s])",
                "\(prefix)_h == \(prefix)_h offset 1s", "avg_over_time(\(prefix)_h[4s])",
                "histogram_sum(sum(\(prefix)_h))",
            ])
        case 13:
            let inner = vector(depth - 1, &random)
            return random.pick([
                "label_replace(\(inner), \"host\", \"$1\", \"instance\", \"([^:]*).*\")",
                "label_join(\(inner), \"both\", \"-\", \"queue\", \"team\")",
                "label_replace(\(inner), \"queue\", \"\", \"queue\", \"a\")", "sort_desc(\(inner))",
                "timestamp(\(inner))", "vector(scalar(\(inner)))", "clamp(\(inner), 1, 9)",
            ])
        case 14:
            let name = random.pick(["abs", "ceil", "floor", "sgn", "sqrt", "-", "round", "day_of_week", "minute"])
            return "\(name)(\(vector(depth - 1, &random)))"
        default: return "vector(\(scalar(&random)))"
        }
    }
}
