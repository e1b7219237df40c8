import Base

/// What a template computes with: a tree of values that carry their Go types.
///
/// What is larger than a text stands behind a reference: values are copied at every step.
public enum TemplateValue: Sendable {
    /// No value at all: a missing key where the set's option says so, or a pipeline without a result.
    case undefined
    /// Go's nil in an interface.
    case null
    /// A truth value.
    case bool(Bool)
    /// Go's int.
    case int(Int64)
    /// A byte: what `index` gives for a text.
    case byte(UInt8)
    /// Go's float64.
    case float(Double)
    /// A text.
    case string(String)
    /// A text that html/template trusts.
    indirect case safe(SafeText)
    /// An instant with its zone.
    indirect case time(ZonedTime)
    /// A length of time in nanoseconds.
    case duration(Int64)
    /// A number with a name, such as a month.
    indirect case enumeration(TemplateEnumeration)
    /// A slice.
    indirect case list(TemplateList)
    /// A map from text.
    indirect case map(TemplateMap)
    /// A struct, or a pointer to one.
    indirect case object(any TemplateObject)
}

extension TemplateValue {
    /// A list of texts, Go's `[]string`.
    public static func strings(_ texts: [String]) -> TemplateValue {
        .list(TemplateList(texts.map { .string($0) }, type: .stringList))
    }

    /// A list of anything, Go's `[]interface {}`.
    public static func list(_ elements: [TemplateValue]) -> TemplateValue { .list(TemplateList(elements)) }

    /// A map from text to text, Go's `map[string]string`: a missing key is the empty text.
    public static func strings(_ entries: [String: String]) -> TemplateValue {
        .map(TemplateMap(entries.mapValues { .string($0) }, type: .stringMap))
    }

    /// A map from text to anything: a missing key prints `<no value>`.
    public static func map(_ entries: [String: TemplateValue]) -> TemplateValue { .map(TemplateMap(entries)) }

    /// The value's Go type; nil for `undefined`.
    public var type: TemplateType? {
        switch self {
        case .undefined: nil
        case .null: .any
        case .bool: .bool
        case .int: .int
        case .byte: TemplateType("uint8", .int)
        case .float: .float
        case .string: .string
        case .safe(let text): TemplateType(text.kind.typeName, .string, underlying: "string")
        case .time: .time
        case .duration: .duration
        case .enumeration(let value): TemplateType(value.typeName, .int, underlying: "int")
        case .list(let list): list.type
        case .map(let map): map.type
        case .object(let object): object.type
        }
    }

    /// The type's name as errors show it.
    var typeName: String { type?.name ?? "<nil>" }

    /// Whether `if` takes the value as true: not zero, not empty, not nil.
    public var isTrue: Bool {
        switch self {
        case .undefined, .null: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .byte(let value): value != 0
        case .float(let value): value != 0
        case .string(let value): !value.isEmpty
        case .safe(let value): !value.text.isEmpty
        case .time, .object: true
        case .duration(let value): value != 0
        case .enumeration(let value): value.number != 0
        case .list(let list): !list.elements.isEmpty
        case .map(let map): !map.entries.isEmpty
        }
    }

    /// How deep lists and maps stand in each other.
    var nesting: Int {
        switch self {
        case .list(let list): list.nesting
        case .map(let map): map.nesting
        default: 0
        }
    }

    /// Whether there is nothing behind the value.
    var isNil: Bool {
        switch self {
        case .undefined, .null: true
        default: false
        }
    }

    /// The text of a string or trusted string; nil for other kinds.
    var textual: String? {
        switch self {
        case .string(let text): text
        case .safe(let safe): safe.text
        default: nil
        }
    }

    /// What Go's fmt prints for `error` and `Stringer` types; nil for the others.
    var describedBySelf: String? {
        switch self {
        case .time(let time): GoTimeLayout.string(time)
        case .duration(let value): GoDuration.string(.nanoseconds(value))
        case .enumeration(let value): value.text
        case .list(let list): list.methods?.description(of: self)
        case .map(let map): map.methods?.description(of: self)
        case .object(let object): object.text
        default: nil
        }
    }
}
