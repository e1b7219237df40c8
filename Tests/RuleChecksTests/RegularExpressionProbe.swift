import RegularExpressions

/// Compiles patterns in tests.
enum RegularExpressionProbe {
    static func compile(_ pattern: String) throws { _ = try RegularExpression(pattern) }
}
