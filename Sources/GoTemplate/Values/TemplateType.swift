/// The Go type of a value or of a function's parameter, as far as templates can see it.
///
/// Go templates never convert between types, so names decide what may be passed where, and errors show them.
public struct TemplateType: Hashable, Sendable {
    /// What can be done with values of a type.
    public enum Kind: Hashable, Sendable {
        case any, bool, int, float, string, list, map, structure, pointer
    }

    /// As Go prints it, for example `[]string`.
    public var name: String
    /// The type it is made of when it has a name of its own: `map[string]string` for `template.KV`.
    public var underlying: String
    /// Its kind.
    public var kind: Kind

    /// A type; without `underlying` it is made of itself.
    public init(_ name: String, _ kind: Kind, underlying: String? = nil) {
        self.name = name
        self.kind = kind
        self.underlying = underlying ?? name
    }

    /// Anything, nil included.
    public static let any = TemplateType("interface {}", .any)
    /// Truth values.
    public static let bool = TemplateType("bool", .bool)
    /// Whole numbers.
    public static let int = TemplateType("int", .int)
    /// Floating point numbers.
    public static let float = TemplateType("float64", .float)
    /// Texts.
    public static let string = TemplateType("string", .string)
    /// Lists of texts.
    public static let stringList = TemplateType("[]string", .list)
    /// Lists of anything.
    public static let anyList = TemplateType("[]interface {}", .list)
    /// Maps from text to text.
    public static let stringMap = TemplateType("map[string]string", .map)
    /// Maps from text to anything.
    public static let anyMap = TemplateType("map[string]interface {}", .map)
    /// Instants.
    public static let time = TemplateType("time.Time", .structure)
    /// Lengths of time.
    public static let duration = TemplateType("time.Duration", .int, underlying: "int64")

    /// Whether nil may stand for a value of this type.
    var acceptsNil: Bool {
        switch kind {
        case .any, .list, .map, .pointer: true
        case .bool, .int, .float, .string, .structure: false
        }
    }

    /// Whether Go would assign a value of type `other` to this one without conversion.
    func accepts(_ other: TemplateType) -> Bool {
        if kind == .any || name == other.name { return true }
        let bothNamed = name != underlying && other.name != other.underlying
        return !bothNamed && underlying == other.underlying && (kind == .list || kind == .map)
    }
}
