/// The functions that a set of templates may call, by name.
public struct FunctionTable: Sendable {
    /// All of them, the built-in ones included.
    public private(set) var functions: [String: TemplateFunction]

    /// Go's own functions: and, or, not, len, index, slice, print, html, eq and so on.
    public static let builtin = FunctionTable(functions: BuiltinFunctions.table)

    /// This table with more functions; those of the same name are replaced.
    public func adding(_ more: [String: TemplateFunction]) -> FunctionTable {
        FunctionTable(functions: functions.merging(more) { $1 })
    }

    /// The function of that name.
    public subscript(name: String) -> TemplateFunction? { functions[name] }

    /// All names, sorted.
    public var names: [String] { functions.keys.sorted() }
}
