import Base

/// A Go slice: elements and the type they were declared with.
public struct TemplateList: Sendable {
    /// The elements in order.
    public var elements: [TemplateValue]
    /// `[]interface {}` unless said otherwise.
    public var type: TemplateType
    /// Methods of a named slice type.
    public var methods: (any TemplateMethods)?
    /// Whether it is Go's nil of its type, which JSON and `%#v` tell from an empty one.
    public var isNil = false

    /// How deep lists and maps stand in each other, this one included.
    let nesting: Int

    /// Values nested deeper than this are refused where templates build them.
    static let deepest = 100

    /// A list of `elements`.
    public init(_ elements: [TemplateValue], type: TemplateType = .anyList, methods: (any TemplateMethods)? = nil) {
        self.elements = elements
        nesting = 1 + elements.reduce(0) { max($0, $1.nesting) }
        self.type = type
        self.methods = methods
    }
}

/// A Go map with texts as keys.
public struct TemplateMap: Sendable {
    /// The entries; templates walk them in the order of the keys' bytes.
    public var entries: [String: TemplateValue]
    /// `map[string]interface {}` unless said otherwise.
    public var type: TemplateType
    /// Methods of a named map type.
    public var methods: (any TemplateMethods)?
    /// Whether it is Go's nil of its type, which JSON and `%#v` tell from an empty one.
    public var isNil = false

    /// How deep lists and maps stand in each other, this one included.
    let nesting: Int

    /// A map of `entries`.
    public init(
        _ entries: [String: TemplateValue], type: TemplateType = .anyMap, methods: (any TemplateMethods)? = nil
    ) {
        self.entries = entries
        nesting =
            type.underlying == TemplateType.stringMap.name ? 1 : 1 + entries.values.reduce(0) { max($0, $1.nesting) }
        self.type = type
        self.methods = methods
    }

    /// What Go gives for a key that is not there: the zero of the element's type.
    var zero: TemplateValue { holdsStrings ? .string("") : .null }

    /// Whether elements are declared as text.
    var holdsStrings: Bool { type.underlying == TemplateType.stringMap.name }

    /// The keys in the order of their bytes.
    var sortedKeys: [String] { entries.keys.sorted(by: TemplateMap.bytesBefore) }

    /// Order of texts by their UTF-8 bytes, as Go compares them.
    static func bytesBefore(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}

/// A field of a Go struct.
public struct TemplateField: Sendable {
    /// The name templates use.
    public var name: String
    /// What it holds.
    public var value: TemplateValue
    /// The key in JSON; nil leaves the field out.
    public var jsonName: String?
    /// Whether the field was declared as an interface.
    public var isInterface: Bool

    /// A field.
    public init(_ name: String, _ value: TemplateValue, json: String? = nil, isInterface: Bool = false) {
        self.name = name
        self.value = value
        jsonName = json
        self.isInterface = isInterface
    }
}

/// A Go struct (or a pointer to one): fields in order, and methods.
public protocol TemplateObject: Sendable {
    /// Its Go type.
    var type: TemplateType { get }
    /// All fields in the order of their declaration.
    var fields: [TemplateField] { get }
    /// One field, nil when there is none of that name.
    func field(_ name: String) -> TemplateValue?
    /// One method, nil when there is none of that name.
    func method(_ name: String) -> TemplateFunction?
    /// What its `String()` gives; nil without such a method.
    var text: String? { get }
}

extension TemplateObject {
    /// Looks through ``fields``.
    public func field(_ name: String) -> TemplateValue? { fields.first { $0.name == name }?.value }
    /// Whether the field of that name was declared as an interface.
    func isInterface(_ name: String) -> Bool { fields.first { $0.name == name }?.isInterface ?? false }
    /// No methods.
    public func method(_ name: String) -> TemplateFunction? { nil }
    /// No `String()`.
    public var text: String? { nil }
}

/// The methods of a named slice or map type.
public protocol TemplateMethods: Sendable {
    /// The method of that name with its receiver bound; nil when there is none.
    func method(_ name: String, of receiver: TemplateValue) -> TemplateFunction?
    /// What its `String()` gives; nil without such a method.
    func description(of receiver: TemplateValue) -> String?
}

extension TemplateMethods {
    /// No `String()`.
    public func description(of receiver: TemplateValue) -> String? { nil }
}

/// A number whose type has a name and whose values print as words.
public struct TemplateEnumeration: Hashable, Sendable {
    /// The named types there are.
    enum Kind: String, Hashable, Sendable {
        case month = "time.Month"
        case weekday = "time.Weekday"
    }

    let type: Kind
    /// The number behind it.
    public let number: Int64

    /// For example `time.Month`.
    public var typeName: String { type.rawValue }

    /// How it prints.
    public var text: String {
        switch type {
        case .month: GoTimeLayout.monthName(Int(number))
        case .weekday: GoTimeLayout.weekdayName(Int(number))
        }
    }

    /// A month, 1 to 12.
    public static func month(_ number: Int) -> TemplateEnumeration { .init(type: .month, number: Int64(number)) }
    /// A day of the week; 0 is Sunday.
    public static func weekday(_ number: Int) -> TemplateEnumeration { .init(type: .weekday, number: Int64(number)) }
}

/// A text that html/template does not escape where its kind belongs.
public struct SafeText: Hashable, Sendable {
    /// What the text was declared safe for.
    public enum Kind: Hashable, Sendable {
        case html, htmlAttribute, url, css, javaScript, javaScriptString, sourceSet

        var typeName: String {
            switch self {
            case .html: "template.HTML"
            case .htmlAttribute: "template.HTMLAttr"
            case .url: "template.URL"
            case .css: "template.CSS"
            case .javaScript: "template.JS"
            case .javaScriptString: "template.JSStr"
            case .sourceSet: "template.Srcset"
            }
        }
    }

    /// What it is safe for.
    public var kind: Kind
    /// The text itself.
    public var text: String

    /// Declares `text` safe; the caller vouches for it.
    public init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }
}
