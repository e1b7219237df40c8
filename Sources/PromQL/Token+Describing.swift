import Base
import TimeSeries

extension ExpressionParser {
    /// A token as Prometheus' messages name it: `identifier "x"`, `<op:+>`, `end of input`.
    func describe(_ token: Token) -> String {
        switch token.kind {
        case .endOfInput: "end of input"
        case .identifier: "identifier " + quoted(text(token))
        case .metricIdentifier: "metric identifier " + quoted(text(token))
        case .number: "number " + shortened(text(token))
        case .duration: "duration " + shortened(text(token))
        case .string: "string " + shortened(text(token))
        case .add, .subtract, .multiply, .divide, .modulo, .power, .equalEqual, .greater, .less, .greaterOrEqual,
            .lessOrEqual, .trimUpper, .trimLower, .and, .or, .unless, .atan2, .at, .notEqual, .regexMatch,
            .regexNotMatch:
            "<op:\(text(token))>"
        case .aggregator: "<aggr:\(text(token))>"
        case .bool, .by, .without, .on, .ignoring, .groupLeft, .groupRight, .offset, .fill, .fillLeft, .fillRight,
            .anchored, .smoothed:
            "<\(text(token))>"
        default: shortened(text(token))
        }
    }

    func quoted(_ text: String) -> String { GoQuote.quoted(text) }

    /// In quotes, beyond ten bytes cut to ten characters.
    private func shortened(_ text: String) -> String {
        text.utf8.count > 10
            ? quoted(String(String.UnicodeScalarView(text.unicodeScalars.prefix(10)))) + "..." : quoted(text)
    }
}
