import PromQL
import TimeSeries

/// Where a matcher stands in the text of an expression; the tree does not keep it.
struct MatcherPlace {
    /// The operator, in bytes of the expression.
    var operation: Range<Int>
    /// From the label's name up to the closing quote.
    var whole: Range<Int>

    /// Nil when the matcher is not written once in just the usual way.
    init?(_ matcher: LabelMatcher, of selector: VectorSelector, in rule: RuleContext) {
        let text = Array(rule.text(of: selector.range).utf8)
        let name = Array(matcher.name.utf8)
        let operation = Array(matcher.operation.rawValue.utf8)
        let value = Array(matcher.value.utf8)
        var found: [MatcherPlace] = []
        var at = 0
        while at + name.count <= text.count {
            defer { at += 1 }
            guard text[at..<(at + name.count)].elementsEqual(name), at > 0, !Self.isWord(text[at - 1]) else { continue }
            var next = Self.skipBlanks(text, at + name.count)
            guard text[next...].starts(with: operation) else { continue }
            let start = next
            next = Self.skipBlanks(text, next + operation.count)
            guard next < text.count, [0x22, 0x27, 0x60].contains(text[next]) else { continue }
            let quote = text[next]
            guard text[(next + 1)...].starts(with: value), next + 1 + value.count < text.count,
                text[next + 1 + value.count] == quote
            else { continue }
            let base = selector.range.start
            found.append(
                MatcherPlace(
                    operation: (base + start)..<(base + start + operation.count),
                    whole: (base + at)..<(base + next + value.count + 2)))
        }
        guard found.count == 1 else { return nil }
        self = found[0]
    }

    private init(operation: Range<Int>, whole: Range<Int>) {
        self.operation = operation
        self.whole = whole
    }

    /// The matcher and the comma that goes with it, when it is taken out.
    func withComma(in rule: RuleContext) -> Range<Int> {
        let text = Array(rule.rule.expression.text.utf8)
        let after = Self.skipBlanks(text, whole.upperBound)
        if after < text.count, text[after] == UInt8(ascii: ",") {
            return whole.lowerBound..<Self.skipBlanks(text, after + 1)
        }
        var before = whole.lowerBound
        while before > 0, text[before - 1] <= 0x20 { before -= 1 }
        if before > 0, text[before - 1] == UInt8(ascii: ",") { return (before - 1)..<whole.upperBound }
        return whole
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || byte == 0x5F || (byte >= 0x30 && byte <= 0x39) || byte >= 0x80
            || byte == 0x22 || byte == 0x27
    }

    private static func skipBlanks(_ text: [UInt8], _ from: Int) -> Int {
        var at = from
        while at < text.count, text[at] <= 0x20 { at += 1 }
        return at
    }
}
