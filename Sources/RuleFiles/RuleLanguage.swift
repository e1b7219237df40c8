import Base
import PromQL
import YAML

/// Expressions inside of rule files.
enum RuleLanguage {
    /// The parsed expression.
    static func parse(_ text: String, _ features: Set<Feature>) throws(PromQLError) -> Expr {
        try PromQLParser.parse(text, options: ParserOptions(features: features))
    }

    /// The error at its place in the file: the expression's own line and column moved into the scalar `node`.
    static func diagnostic(_ error: PromQLError, in node: YAMLNode) -> Diagnostic {
        error.diagnostic(at: node.position(ofUTF8Offset: error.range.start))
    }
}
