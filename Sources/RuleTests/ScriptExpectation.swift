import Base
internal import Glibc
import PromQL
import RegularExpressions

/// Reads the lines that say what an eval must give, other than series.
enum ScriptExpectation {
    /// Reads what stands behind `expect`.
    static func read(_ text: String, _ line: Int, _ eval: inout PromQLScript.Eval) throws(ScriptParser.Failure) {
        var rest = text[...]
        let kind = ScriptParser.word(&rest)
        switch kind {
        case "fail":
            if eval.failure != nil { throw .init(message: "expect fail may stand only once", line: line) }
            eval.failure = try pattern(rest, line)
        case "warn": eval.warnings.append(try pattern(rest, line))
        case "info": eval.infos.append(try pattern(rest, line))
        case "no_warn", "no_info", "ordered":
            if !rest.isEmpty { throw .init(message: "nothing may follow expect \(kind)", line: line) }
            if kind == "no_warn" { eval.refusesWarnings = true }
            if kind == "no_info" { eval.refusesInfos = true }
            if kind == "ordered" { eval.isOrdered = true }
        case "string":
            guard let value = string(String(rest)) else {
                throw .init(message: "expect string needs a quoted text", line: line)
            }
            eval.string = value
        case "range": eval.matrixTime = try rangeVector(rest, line)
        default: throw .init(message: "unknown expectation \"\(kind)\"", line: line)
        }
    }

    private static func pattern(_ rest: Substring, _ line: Int) throws(ScriptParser.Failure) -> PromQLScript.Pattern {
        if rest.isEmpty { return .any }
        for prefix in ["msg:", "regex:"] where rest.hasPrefix(prefix) {
            let text = ScriptParser.trimmed(rest.dropFirst(prefix.count))
            if text.isEmpty { throw .init(message: "nothing stands behind \(prefix)", line: line) }
            return prefix == "msg:" ? .exact(text) : .regex(try regex(text, line))
        }
        throw .init(message: "expected msg: or regex:, found \"\(rest)\"", line: line)
    }

    static func regex(_ text: String, _ line: Int) throws(ScriptParser.Failure) -> RegularExpression {
        do throws(RegularExpressionError) { return try RegularExpression(text) } catch {
            throw .init(message: "invalid regular expression: \(error.message)", line: line)
        }
    }

    private static func rangeVector(_ rest: Substring, _ line: Int) throws(ScriptParser.Failure)
        -> PromQLScript.Eval.Time
    {
        let words = ScriptParser.words(String(rest))
        guard words.count == 7, words[0] == "vector", words[1] == "from", words[3] == "to", words[5] == "step",
            let start = ScriptParser.duration(words[2]), let end = ScriptParser.duration(words[4]),
            let step = ScriptParser.duration(words[6]), step > 0, end >= start
        else { throw .init(message: "expected: expect range vector from A to B step S", line: line) }
        return .range(start: start, end: end, step: step)
    }

    /// A text in Go's quotes; nil when it is none.
    private static func string(_ text: String) -> String? {
        guard case .string(let literal)? = try? PromQLParser.parse(text) else { return nil }
        return literal.value
    }

    /// A number that stands alone: decimal, hexadecimal, Inf or NaN.
    static func scalar(_ word: String) -> Double? {
        var digits = word[...]
        let negative = digits.hasPrefix("-")
        if negative || digits.hasPrefix("+") { digits.removeFirst() }
        let lower = digits.lowercased()
        let magnitude: Double
        if lower == "inf" || lower == "infinity" {
            magnitude = .infinity
        } else if lower == "nan" {
            magnitude = .nan
        } else if lower.hasPrefix("0x") || digits.first?.isNumber == true || digits.first == "." {
            var end: UnsafeMutablePointer<CChar>?
            let text = String(digits)
            let parsed: Double? = text.withCString { start in
                let value = strtod(start, &end)
                return end.map { $0.pointee == 0 } == true ? value : nil
            }
            guard let parsed else { return nil }
            magnitude = parsed
        } else {
            return nil
        }
        return negative ? -magnitude : magnitude
    }
}
