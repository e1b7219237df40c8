import TimeSeries

/// Which parts of the language are on, and how much text is taken.
public struct ParserOptions: Hashable, Sendable {
    /// Features beyond the stable language.
    public var features: Set<Feature>
    /// How deep an expression may be nested, and how long a chain of operators may be.
    public var maximumDepth: Int
    /// How long an expression may be, in bytes.
    public var maximumLength: Int

    /// A stock server's language; an expression of at most 1 MiB and 1,000 levels.
    public init(features: Set<Feature> = [], maximumDepth: Int = 1000, maximumLength: Int = 1 << 20) {
        self.features = features
        self.maximumDepth = maximumDepth
        self.maximumLength = maximumLength
    }

    /// All of the language, as the engine's scripts want it.
    public static let everything = ParserOptions(features: Set(Feature.allCases))
}

/// Reads PromQL.
///
/// Recursive descent with precedence climbing over UTF-8; O(length).
///
/// - Source: the grammar of Prometheus 3.14; error messages are worded as Prometheus words them.
public enum PromQLParser {
    /// Reads an expression and checks its types.
    /// - Throws: ``PromQLError`` at the first mistake.
    public static func parse(_ text: String, options: ParserOptions = .init()) throws(PromQLError) -> Expr {
        let bytes = Array(text.utf8)
        do throws(ParseFailure) {
            var parser = try ExpressionParser(bytes, options: options)
            let expr = try parser.parseWhole()
            var checker = TypeChecker(bytes: bytes)
            _ = try checker.check(expr)
            return expr
        } catch {
            throw PromQLError(error, in: bytes)
        }
    }

    /// Reads a selector alone, without range and modifiers: `name{label="value"}`, as `match[]` parameters have it.
    /// - Throws: ``PromQLError``; also for a selector of which every matcher accepts an absent label.
    public static func parseMetricSelector(_ text: String, options: ParserOptions = .init()) throws(PromQLError)
        -> [LabelMatcher]
    {
        let bytes = Array(text.utf8)
        do throws(ParseFailure) {
            var parser = try ExpressionParser(bytes, options: options)
            let selector = try parser.parseWholeSelector()
            var checker = TypeChecker(bytes: bytes)
            _ = try checker.check(.vectorSelector(selector))
            return selector.matchers
        } catch {
            throw PromQLError(error, in: bytes)
        }
    }

    /// Reads the labels of one series: `name{label="value"}`, as the input series of unit tests have them.
    /// - Throws: ``PromQLError``.
    public static func parseMetric(_ text: String, options: ParserOptions = .init()) throws(PromQLError) -> Labels {
        let bytes = Array(text.utf8)
        do throws(ParseFailure) {
            var parser = try ExpressionParser(bytes, options: options)
            return try parser.parseWholeMetric()
        } catch {
            throw PromQLError(error, in: bytes)
        }
    }
}
