/// Random typed expressions over the stable grammar and the series of ``RandomSeries``.
struct RandomExpression {
    var random: Random
    /// Whether functions behind `promql-experimental-functions` take part.
    var isExperimental = false

    /// An expression that a query takes at its top: an instant vector or a scalar.
    mutating func next() -> String { random.once(in: 12) ? scalar(3) : vector(3) }

    /// A text that is mostly no expression: one with a character changed, lost or doubled.
    mutating func broken() -> String {
        var characters = Array(next())
        let place = random.below(characters.count)
        switch random.below(3) {
        case 0: characters.remove(at: place)
        case 1: characters.insert(characters[random.below(characters.count)], at: place)
        default: characters[place] = random.pick(Array("(){}[]\"=~!<>+-*/%^,:@ 01aN_"))
        }
        return String(characters)
    }

    private mutating func selector() -> String {
        let name = random.pick([
            "hits_total", "load", "limit", "latency_bucket", "latency_count", "size", "sparse", "owner", "swing",
            "custom",
            "mixed",
        ])
        let matchers = [
            "job=\"api\"", "job=~\"a.*\"", "instance!=\"0\"", "instance=~\"[01]\"", "job!~\"w.+\"", "mode=\"a\"",
            "none=\"\"",
            "le=\"0.5\"",
        ]
        switch random.below(8) {
        // Never two for one label: the peer sorts matchers in place, which changes what absent() makes of them.
        case 0:
            return
                "\(name){\(random.pick(["job=\"api\"", "job=~\"a.*\""])),\(random.pick(["instance!=\"0\"", "le=\"0.5\""]))}"
        case 1, 2: return "\(name){\(random.pick(matchers))}"
        case 3 where random.once(in: 3): return "{__name__=~\"load|limit\", \(random.pick(matchers))}"
        default: return name
        }
    }

    private mutating func modifiers() -> String {
        switch random.below(12) {
        case 0: " offset \(random.pick(["1m", "30s", "5m", "-1m", "7s"]))"
        case 1: " @ \(RandomExpression.start + random.below(2400))"
        case 2: " @ \(random.pick(["start()", "end()"]))"
        case 3 where random.once(in: 2): " @ end() offset 1m"
        default: ""
        }
    }

    /// Unix seconds where the series begin.
    static let start = 1_700_000_000

    private mutating func duration() -> String { random.pick(["15s", "30s", "1m", "2m", "90s", "5m", "10m", "1m3s"]) }

    private mutating func matrix(_ depth: Int) -> String {
        if depth > 0, random.once(in: 5) {
            let step = random.pick(["15s", "30s", "1m", "", "7s"])
            return "\(parenthesized(vector(depth - 1)))[\(duration()):\(step)]\(modifiers())"
        }
        // Over several series of native histograms the peer's range functions spill from one into the next.
        let chosen = selector()
        let one = chosen.hasPrefix("size") ? Self.oneHistogram : chosen
        return "\(one)[\(duration())]\(modifiers())"
    }

    private static let oneHistogram = "size{job=\"web\",instance=\"1\"}"

    private func parenthesized(_ text: String) -> String { "(\(text))" }

    private mutating func number() -> String {
        random.pick(["0", "1", "2", "0.5", "-1", "10", "1e3", "NaN", "Inf", "-Inf", "3", "0.9", "1.5"])
    }

    mutating func scalar(_ depth: Int) -> String {
        if depth == 0 { return number() }
        switch random.below(8) {
        case 0: return "(time() % 1000)"
        case 1: return "scalar(\(vector(depth - 1)))"
        case 2: return "\(scalar(depth - 1)) \(random.pick(["+", "-", "*", "/", "%", "^"])) \(scalar(depth - 1))"
        case 3:
            return "(\(scalar(depth - 1)) \(random.pick(["==", "!=", ">", "<", ">=", "<="])) bool \(scalar(depth - 1)))"
        case 4: return "-\(scalar(depth - 1))"
        case 5: return "pi()"
        default: return number()
        }
    }

    mutating func vector(_ depth: Int) -> String {
        if depth == 0 { return selector() + modifiers() }
        switch random.below(20) {
        case 0, 1: return selector() + modifiers()
        case 2, 3, 4, 5, 6: return overTime(depth)
        case 7, 8, 9, 10: return aggregation(depth)
        case 11, 12, 13: return binary(depth)
        case 14, 15, 16: return function(depth)
        case 17: return histogram(depth)
        case 18: return "-\(parenthesized(vector(depth - 1)))"
        default: return parenthesized(vector(depth - 1))
        }
    }

    private mutating func experimental(_ depth: Int) -> String {
        switch random.below(8) {
        // Not over NaN, which the peer leaves out.
        case 0: return "mad_over_time(\(random.pick(["limit", "hits_total", "sparse"]))[\(duration())])"
        case 1: return "double_exponential_smoothing(\(matrix(depth)), 0.4, 0.6)"
        case 2, 3:
            return "ts_of_\(random.pick(["min", "max", "last"]))_over_time(\(matrix(depth)))"
        case 4: return "limitk by (\(labels())) (\(random.pick(["1", "2", "0"])), \(vector(0)))"
        case 5:
            return "limit_ratio(\(random.pick(["0.5", "-0.5", "0.1", "-0.3", "1", "0.8"])), \(vector(0)))"
        case 6: return "sort_by_label(\(vector(depth - 1)), \"job\", \"instance\")"
        // A series without job and instance is left out by the peer, which takes the name for a data label.
        default: return "info(\(random.pick(["load", "hits_total", "size"])), {__name__=\"owner\"})"
        }
    }

    private mutating func overTime(_ depth: Int) -> String {
        if isExperimental, random.once(in: 3) { return experimental(depth) }
        switch random.below(10) {
        case 0: return "quantile_over_time(\(random.pick(["0.5", "0.9", "0", "1"])), \(matrix(depth)))"
        case 1: return "predict_linear(\(matrix(depth)), \(random.pick(["60", "3600", "-30"])))"
        case 2: return "absent_over_time(\(matrix(depth)))"
        default:
            let name = random.pick([
                "rate", "increase", "delta", "irate", "idelta", "changes", "resets", "deriv", "sum_over_time",
                "avg_over_time", "min_over_time", "max_over_time", "count_over_time", "last_over_time",
                "present_over_time", "stddev_over_time", "stdvar_over_time", "rate", "increase", "rate",
            ])
            let range = matrix(depth)
            // The zero of a gauge of histograms is near: there the peer extrapolates further than 3.14 does.
            let isRate = name == "rate" || name == "increase"
            return "\(isRate && range.hasPrefix("swing") ? "delta" : name)(\(range))"
        }
    }

    private mutating func labels() -> String {
        random.pick(["", "job", "instance", "job, instance", "mode", "le", "job, le", "team"])
    }

    private mutating func aggregation(_ depth: Int) -> String {
        let inner = vector(depth - 1)
        let grouping =
            random.once(in: 3) ? "" : " \(random.pick(["by", "without"])) (\(labels()))"
        switch random.below(10) {
        case 0:
            // Of equal values those count that come first: only what comes from storage has an order for both.
            let limit = random.pick(["1", "2", "3", "0", "-1", "2.7"])
            return "\(random.pick(["topk", "bottomk"]))\(grouping) (\(limit), \(vector(0)))"
        case 1: return "quantile\(grouping) (\(random.pick(["0.5", "0.9", "0", "1"])), \(inner))"
        case 2:
            // The last digit of what is counted may differ where it was not read but calculated.
            return
                "count_values\(grouping) (\"v\", \(random.pick(["limit", "hits_total", "sparse", "load", "changes(load[5m])"])))"
        default:
            let op = random.pick(["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar", "sum", "sum"])
            return "\(op)\(grouping) (\(inner))"
        }
    }

    private mutating func binary(_ depth: Int) -> String {
        let left = parenthesized(vector(depth - 1))
        let matching: String
        switch random.below(5) {
        case 0: matching = " on (\(labels()))"
        case 1: matching = " ignoring (\(labels()))"
        case 2: matching = " on (job) group_left (\(random.pick(["", "team", "mode"])))"
        case 3: matching = " on (job, instance) group_right ()"
        default: matching = ""
        }
        if random.once(in: 4) {
            let plain = matching.contains("group_") ? "" : matching
            return "\(left) \(random.pick(["and", "or", "unless"]))\(plain) \(parenthesized(vector(depth - 1)))"
        }
        let isComparison = random.once(in: 3)
        let op = random.pick(
            isComparison ? ["==", "!=", ">", "<", ">=", "<="] : ["+", "-", "*", "/", "%", "^", "atan2"])
        let bool = isComparison && random.once(in: 2) ? " bool" : ""
        if random.once(in: 2) {
            let number = parenthesized(scalar(depth - 1))
            return random.once(in: 2) ? "\(left) \(op)\(bool) \(number)" : "\(number) \(op)\(bool) \(left)"
        }
        return "\(left) \(op)\(bool)\(matching) \(parenthesized(vector(depth - 1)))"
    }

    private mutating func function(_ depth: Int) -> String {
        let inner = vector(depth - 1)
        switch random.below(12) {
        case 0: return "clamp(\(inner), \(number()), \(number()))"
        case 1: return "\(random.pick(["clamp_min", "clamp_max"]))(\(inner), \(number()))"
        case 2: return "round(\(inner)\(random.once(in: 2) ? ", \(random.pick(["5", "0.1", "10"]))" : ""))"
        case 3: return "absent(\(inner))"
        case 4: return "timestamp(\(inner))"
        case 5:
            return "label_replace(\(inner), \"\(random.pick(["to", "job", "instance"]))\", \"x$1\", \"job\", \"(a.*)\")"
        case 6: return "label_join(\(inner), \"to\", \"-\", \"job\", \"instance\")"
        case 7: return "vector(\(scalar(depth - 1)))"
        case 8: return "\(random.pick(["sort", "sort_desc"]))(\(inner))"
        case 9:
            return
                "\(random.pick(["hour", "minute", "day_of_week", "day_of_year", "days_in_month", "month", "year"]))(\(inner))"
        default:
            return
                "\(random.pick(["abs", "ceil", "floor", "exp", "sqrt", "ln", "log2", "log10", "sgn", "atan", "deg", "rad"]))(\(inner))"
        }
    }

    private mutating func histogram(_ depth: Int) -> String {
        let inner = random.pick([
            "latency_bucket", "rate(latency_bucket[2m])", "sum by (le) (rate(latency_bucket[5m]))", "size",
            "swing", "custom", "mixed", "avg(swing)", "sum(rate(custom[2m]))", "rate(custom[5m])",
            "sum_over_time(swing[1m])",
            "rate(\(Self.oneHistogram)[2m])", "sum(rate(\(Self.oneHistogram)[5m]))", "sum by (job) (size)",
        ])
        switch random.below(6) {
        case 0, 1, 2: return "histogram_quantile(\(random.pick(["0.5", "0.9", "0.99", "0", "1", "-1", "2"])), \(inner))"
        case 3:
            // Of classic buckets the peer takes the last one for the highest, without sorting them first.
            let native = random.pick(["size", "rate(\(Self.oneHistogram)[2m])", "sum(size)"])
            return
                "histogram_fraction(\(random.pick(["0", "-Inf", "0.2"])), \(random.pick(["1", "Inf", "0.7"])), \(native))"
        case 4: return "\(random.pick(["histogram_count", "histogram_sum", "histogram_avg"]))(\(inner))"
        default: return "\(random.pick(["histogram_stddev", "histogram_stdvar"]))(\(inner))"
        }
    }
}
