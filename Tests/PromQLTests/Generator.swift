@testable import PromQL

/// A small seeded generator of numbers (xorshift), so that every run sees the same.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

/// Makes texts of expressions: typed and valid ones, and broken ones.
struct ExpressionGenerator {
    var random: SeededGenerator
    /// Whether to use what Prometheus 3.5 does not have.
    var beyond35: Bool

    init(seed: UInt64, beyond35: Bool) {
        random = SeededGenerator(seed: seed)
        self.beyond35 = beyond35
    }

    // MARK: Choices

    mutating func pick(_ items: [String]) -> String { items.randomElement(using: &random) ?? "" }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    mutating func upTo(_ count: Int) -> Int { Int.random(in: 0...count, using: &random) }

    // MARK: Expressions

    /// An expression of any type.
    mutating func expression() -> String {
        switch upTo(9) {
        case 0: scalar(3)
        case 1: pick(["\"text\"", "'its'", "`raw\\n`", "\"\\u00e9\\n\\x41\\101\""])
        case 2: matrix(2)
        default: vector(4)
        }
    }

    mutating func vector(_ depth: Int) -> String {
        if depth == 0 { return selector() + modifiers() }
        switch upTo(13) {
        case 0, 1: return selector() + modifiers()
        case 2: return "(\(space())\(vector(depth - 1))\(space()))"
        case 3: return pick(["-", "+", "- "]) + vector(depth - 1)
        case 4, 5: return aggregation(depth - 1)
        case 6, 7, 8: return call(depth - 1, result: .vector)
        default: return binary(depth - 1)
        }
    }

    mutating func scalar(_ depth: Int) -> String {
        if depth == 0 { return number() }
        switch upTo(6) {
        case 0: return "(\(scalar(depth - 1)))"
        case 1: return pick(["-", "+"]) + scalar(depth - 1)
        case 2: return call(depth - 1, result: .scalar)
        case 3:
            return scalar(depth - 1) + " " + pick(["+", "-", "*", "/", "%", "^", "atan2"]) + " " + scalar(depth - 1)
        case 4:
            return "\(scalar(depth - 1)) \(pick(["==", "!=", "<", ">", "<=", ">="])) bool \(scalar(depth - 1))"
        default: return number()
        }
    }

    mutating func matrix(_ depth: Int) -> String {
        if depth > 0, chance(40) {
            let step = chance(50) ? duration() : ""
            return "\(subqueried(depth - 1))[\(duration()):\(step)]" + modifiers()
        }
        return selector() + "[\(space())\(duration())\(space())]" + modifiers()
    }

    /// An operand to which a range can be put.
    private mutating func subqueried(_ depth: Int) -> String {
        switch upTo(2) {
        case 0: selector()
        case 1: "(\(vector(depth)))"
        default: call(depth, result: .vector)
        }
    }

    /// An operand of an operator: mostly in parentheses, so that precedence makes no other types of it.
    private mutating func operand(_ depth: Int) -> String { chance(15) ? vector(depth) : "(\(vector(depth)))" }

    private mutating func scalarOperand() -> String { chance(15) ? scalar(1) : number() }

    private mutating func binary(_ depth: Int) -> String {
        let kind = upTo(9)
        if kind < 3 {
            let op = pick(["+", "-", "*", "/", "%", "^", "atan2", "==", "!=", "<", ">", "<=", ">="])
            let isComparison = op.hasPrefix("=") || op.hasPrefix("!") || op.hasPrefix("<") || op.hasPrefix(">")
            let bool = isComparison && chance(40) ? " bool" : ""
            return chance(50)
                ? "\(operand(depth)) \(op)\(bool) \(scalarOperand())"
                : "\(scalarOperand()) \(op)\(bool) \(operand(depth))"
        }
        if kind < 5 {
            let matching = chance(50) ? " \(pick(["on", "ignoring", "ON"]))\(labels())" : ""
            return "\(operand(depth)) \(pick(["and", "or", "unless", "AND", "Or"]))\(matching) \(operand(depth))"
        }
        var ops = ["+", "-", "*", "/", "%", "^", "atan2"]
        let comparisons = ["==", "!=", "<", ">", "<=", ">="]
        if beyond35 { ops += ["</", ">/"] }
        var op = pick(ops + comparisons)
        if comparisons.contains(op), chance(40) { op += " bool" }
        if chance(60) {
            op += " " + pick(["on", "ignoring"]) + space() + labels()
            if chance(40) { op += " " + pick(["group_left", "group_right"]) + pick([" ()", " (z, \"q r\")", "(w,)"]) }
        }
        if beyond35, chance(20) { op += pick([" fill(0)", " fill_left(-1.5)", " fill_right (5m) fill_left (1)"]) }
        return "\(operand(depth)) \(op) \(operand(depth))"
    }

    private mutating func aggregation(_ depth: Int) -> String {
        let op = pick([
            "sum", "avg", "count", "min", "max", "group", "stddev", "stdvar", "topk", "bottomk", "quantile",
            "count_values", "limitk", "limit_ratio", "SUM", "Avg",
        ])
        var arguments = vector(depth)
        switch op {
        case "topk", "bottomk", "quantile", "limitk", "limit_ratio": arguments = scalar(1) + ", " + arguments
        case "count_values": arguments = "\"label\"," + arguments
        default: break
        }
        switch upTo(3) {
        case 0: return "\(op)(\(arguments))"
        case 1: return "\(op) \(pick(["by", "without", "BY"])) \(labels()) (\(arguments))"
        default: return "\(op)(\(arguments)) \(pick(["by", "without"]))\(labels())"
        }
    }

    private mutating func call(_ depth: Int, result: ValueType) -> String {
        let newer: Set<String> = [
            "first_over_time", "ts_of_first_over_time", "histogram_quantiles", "start", "end", "step", "range",
            "min_of", "max_of", "start_timestamp", "info",
        ]
        let candidates = FunctionTable.all.filter { $0.result == result && (beyond35 || !newer.contains($0.name)) }
        guard let row = candidates.randomElement(using: &random) else { return number() }
        if row.name == "info" { return "info(\(vector(depth)), {a=\"b\"})" }
        let most = min(row.maximumArguments ?? row.minimumArguments + 2, row.minimumArguments + 2)
        let count = Int.random(in: row.minimumArguments...most, using: &random)
        var arguments: [String] = []
        for index in 0..<count {
            switch row.argumentType(index) {
            case .scalar: arguments.append(scalar(min(depth, 1)))
            case .string: arguments.append(pick(["\"a\"", "'$1'", "\"(.*)\"", "`b`"]))
            case .matrix: arguments.append(matrix(depth))
            default: arguments.append(vector(depth))
            }
        }
        return row.name + space() + "(" + arguments.joined(separator: pick([",", ", ", " , "])) + ")"
    }

    // MARK: Leaves

    mutating func selector() -> String {
        let name = pick(["foo", "a:b", "up", "sum", "offset", "by", "node_cpu_seconds_total", "OR", "start", "_x"])
        switch upTo(4) {
        case 0: return name
        case 1: return name + space() + "{" + matchers() + "}"
        case 2: return "{job=\"x\"," + matchers() + "}"
        case 3: return "{\"\(pick(["quoted name", "plain", "ünï"]))\", \(matchers())}"
        default: return "{" + pick(["__name__=~\"a.+\"", "a!=\"\"", "\"l l\"=\"v\"", "on='1'"]) + "}"
        }
    }

    private mutating func matchers() -> String {
        let count = upTo(3)
        let list = (0..<count).map { _ in
            pick(["a", "b", "job", "\"x y\"", "by", "sum", "le"]) + pick(["=", "!=", "=~", "!~", " = "])
                + pick(["\"x\"", "'y'", "`z.*`", "\"\"", "\"a|b\"", "\"\\\"\"", "\"a\\tb\""])
        }
        return list.joined(separator: ",") + (count > 0 && chance(20) ? "," : "")
    }

    private mutating func labels() -> String {
        pick([
            "()", "(a)", "(a, b)", "(a,b,)", "(by)", "(\"x y\", a)", "(le, job, instance)", "(on)", "(group_left)",
            "(a:b)",
        ])
    }

    mutating func number() -> String {
        pick([
            "0", "1", "5", "0.5", ".5", "5.", "1e3", "1E-3", "010", "08", "0x1F", "0X_ff", "1_000", "1_0.5e1_0", "Inf",
            "-Inf", "NaN", "nan", "+inf", "5m", "1h30m", "1e21", "1e-7", "0.1", "3.14159", "123456789012345678",
            "9223372036854775807", "1d", "500ms", "1w1s",
        ])
    }

    mutating func duration() -> String {
        if chance(75) { return pick(["5m", "1h", "30s", "1d", "1h30m", "300", "1.5", "1w", "1y", "2d5h", "100ms"]) }
        var choices = [
            "5m + 1h", "(5m+10)*2", "1h/2", "-5m + 1h", "2 ^ 3", "(1m)", "1h30m % 1h", "5m - (2m - 1m)", "-(5m-1h)",
        ]
        if beyond35 {
            choices += [
                "step()", "range()", "step() + 1", "min_of(step(), 5m)", "max_of(1m + step(), range())*2", "-step()+1h",
            ]
        }
        return pick(choices)
    }

    private mutating func modifiers() -> String {
        var parts: [String] = []
        if chance(20) {
            var offsets = ["5m", "-5m", "0s", "1h", "90", "1.5", "(5m + 1m)", "-(5m+1m)", "+1m", "(1h)"]
            if beyond35 { offsets += ["step()", "-step()", "+range()", "min_of(5m, step())", "(step()*2)"] }
            parts.append(" offset " + pick(offsets))
        }
        if chance(15) { parts.append(" @ " + pick(["0", "123.456", "-5", "5m", "start()", "end()", "1e9"])) }
        if beyond35, chance(10) { parts.append(pick([" anchored", " smoothed"])) }
        parts.shuffle(using: &random)
        return parts.joined()
    }

    private mutating func space() -> String { pick(["", "", "", " ", "\n", "  ", " # c\n", "\t"]) }

    // MARK: Broken expressions

    /// An expression with a small change that usually breaks it.
    mutating func broken() -> String {
        var bytes = Array(vector(2).utf8)
        for _ in 0...upTo(1) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch upTo(4) {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(contentsOf: pick(Self.splinters).utf8, at: place)
            case 2: bytes = Array(bytes[..<place])
            case 3: bytes.replaceSubrange(place...place, with: pick(Self.splinters).utf8)
            default:
                let end = min(bytes.count, place + 4)
                bytes.insert(contentsOf: bytes[place..<end], at: place)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let splinters = [
        "(", ")", "[", "]", "{", "}", ",", "\"", "'", "=", "!", "=~", "==", "+", "-", "*", "^", "@", ":", " ", "#", "5",
        "5m", "0x", "1e", ".", "_", "a", " by ", " on ", " bool ", " offset ", " and ", "sum", "\\", "\n", "é", "~",
        "$",
        " group_left ", " ignoring(a) ", "[5m]", "[5m:]", "1.2.3", "rate(", "\"x\"", "!=", "<", ">=", "%", "/",
    ]
}
