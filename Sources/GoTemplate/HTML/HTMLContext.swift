/// Where in an HTML document an action stands: what is read around it decides how it is escaped.
///
/// - Source: the package documentation of Go's html/template; names are those its errors show.
struct HTMLContext: Hashable, CustomStringConvertible {
    enum State: String {
        case text = "stateText"
        case tag = "stateTag"
        case attributeName = "stateAttrName"
        case afterName = "stateAfterName"
        case beforeValue = "stateBeforeValue"
        case comment = "stateHTMLCmt"
        case rcdata = "stateRCDATA"
        case attribute = "stateAttr"
        case url = "stateURL"
        case sourceSet = "stateSrcset"
        case script = "stateJS"
        case scriptDoubleQuoted = "stateJSDqStr"
        case scriptSingleQuoted = "stateJSSqStr"
        case scriptTemplate = "stateJSTmplLit"
        case scriptRegexp = "stateJSRegexp"
        case scriptBlockComment = "stateJSBlockCmt"
        case scriptLineComment = "stateJSLineCmt"
        case scriptOpenComment = "stateJSHTMLOpenCmt"
        case scriptCloseComment = "stateJSHTMLCloseCmt"
        case style = "stateCSS"
        case styleDoubleQuoted = "stateCSSDqStr"
        case styleSingleQuoted = "stateCSSSqStr"
        case styleDoubleQuotedURL = "stateCSSDqURL"
        case styleSingleQuotedURL = "stateCSSSqURL"
        case styleURL = "stateCSSURL"
        case styleBlockComment = "stateCSSBlockCmt"
        case styleLineComment = "stateCSSLineCmt"
        case metaContent = "stateMetaContent"
        case metaContentURL = "stateMetaContentURL"
        case dead = "stateDead"

        var isComment: Bool {
            switch self {
            case .comment, .scriptBlockComment, .scriptLineComment, .scriptOpenComment, .scriptCloseComment,
                .styleBlockComment, .styleLineComment:
                true
            default: false
            }
        }

        var isScriptLiteral: Bool {
            switch self {
            case .scriptDoubleQuoted, .scriptSingleQuoted, .scriptTemplate, .scriptRegexp: true
            default: false
            }
        }

        var isInTag: Bool {
            switch self {
            case .tag, .attributeName, .afterName, .beforeValue, .attribute: true
            default: false
            }
        }
    }

    enum Delimiter: String {
        case none = "delimNone"
        case doubleQuote = "delimDoubleQuote"
        case singleQuote = "delimSingleQuote"
        case spaceOrTagEnd = "delimSpaceOrTagEnd"

        /// Whether `byte` ends a value of this kind.
        func ends(at byte: UInt8) -> Bool {
            switch self {
            case .none: false
            case .doubleQuote: byte == 0x22
            case .singleQuote: byte == 0x27
            case .spaceOrTagEnd: HTMLBytes.isSpace(byte) || byte == 0x3E
            }
        }
    }

    enum URLPart: String {
        case none = "urlPartNone"
        case preQuery = "urlPartPreQuery"
        case queryOrFragment = "urlPartQueryOrFrag"
        case unknown = "urlPartUnknown"
    }

    enum Slash: String {
        case regexp = "jsCtxRegexp"
        case division = "jsCtxDivOp"
        case unknown = "jsCtxUnknown"
    }

    enum Attribute: String {
        case none = "attrNone"
        case script = "attrScript"
        case scriptType = "attrScriptType"
        case style = "attrStyle"
        case url = "attrURL"
        case sourceSet = "attrSrcset"
        case metaContent = "attrMetaContent"

        /// The state at the beginning of its value.
        var start: State {
            switch self {
            case .none, .scriptType: .attribute
            case .script: .script
            case .style: .style
            case .url: .url
            case .sourceSet: .sourceSet
            case .metaContent: .metaContent
            }
        }
    }

    enum Element: String {
        case none = "elementNone"
        case script = "elementScript"
        case style = "elementStyle"
        case textarea = "elementTextarea"
        case title = "elementTitle"
        case meta = "elementMeta"

        init(tag: String) {
            switch tag {
            case "script": self = .script
            case "style": self = .style
            case "textarea": self = .textarea
            case "title": self = .title
            case "meta": self = .meta
            default: self = .none
            }
        }

        /// The state of what stands between its tags.
        var content: State {
            switch self {
            case .none, .meta: .text
            case .script: .script
            case .style: .style
            case .textarea, .title: .rcdata
            }
        }

        /// The name whose end tag ends such content.
        var endTag: String? {
            switch self {
            case .none, .meta: nil
            case .script: "script"
            case .style: "style"
            case .textarea: "textarea"
            case .title: "title"
            }
        }
    }

    var state = State.text
    var delimiter = Delimiter.none
    var urlPart = URLPart.none
    /// What a slash would mean in a script.
    var slash = Slash.regexp
    /// Open braces of each nested `${` of a script's template literals.
    var braces: [Int] = []
    var attribute = Attribute.none
    var element = Element.none

    /// As Go's errors show it.
    var description: String {
        let depths = braces.map(String.init).joined(separator: " ")
        return "{\(state.rawValue) \(delimiter.rawValue) \(urlPart.rawValue) \(slash.rawValue) [\(depths)] "
            + "\(attribute.rawValue) \(element.rawValue) <nil>}"
    }

    /// The name under which a template is kept that is entered in this context.
    func mangled(_ name: String) -> String {
        if state == .text { return name }
        var out = name + "$htmltemplate_" + state.rawValue
        if delimiter != .none { out += "_" + delimiter.rawValue }
        if urlPart != .none { out += "_" + urlPart.rawValue }
        if slash != .regexp { out += "_" + slash.rawValue }
        if !braces.isEmpty { out += "_jsBraceDepth(\(braces.map(String.init).joined(separator: ",")))" }
        if attribute != .none { out += "_" + attribute.rawValue }
        if element != .none { out += "_" + element.rawValue }
        return out
    }

    /// The context in which an action here writes: in a tag it is a name, behind `=` an unquoted value.
    var nudged: HTMLContext {
        var context = self
        switch state {
        case .tag: context.state = .attributeName
        case .beforeValue:
            context.state = attribute.start
            context.delimiter = .spaceOrTagEnd
            context.attribute = .none
        case .afterName:
            context.state = .attributeName
            context.attribute = .none
        default: break
        }
        return context
    }

    /// The context after two branches; nil when they end in places that do not agree.
    static func joined(_ left: HTMLContext, _ right: HTMLContext) -> HTMLContext? {
        if left.state == .dead { return right }
        if right.state == .dead || left == right { return left }
        var common = left
        common.urlPart = right.urlPart
        if common == right {
            common.urlPart = .unknown
            return common
        }
        common = left
        common.slash = right.slash
        if common == right {
            common.slash = .unknown
            return common
        }
        let (a, b) = (left.nudged, right.nudged)
        return a == left && b == right ? nil : joined(a, b)
    }
}

/// Small facts about the bytes of HTML.
enum HTMLBytes {
    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0C || byte == 0x0D
    }

    static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    static func isAlphanumeric(_ byte: UInt8) -> Bool { isLetter(byte) || (0x30...0x39).contains(byte) }

    static func isHex(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
    }

    static func isScriptName(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || byte == 0x24 || byte == 0x5F }

    static func lower(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// Whether `bytes` has `text`, written in small letters, at `index`, in letters of any size.
    static func has(_ text: String, in bytes: ArraySlice<UInt8>, at index: Int) -> Bool {
        let end = index + text.utf8.count
        return end <= bytes.endIndex && index >= bytes.startIndex && lower(bytes[index..<end]) == text
    }

    static func find(_ text: String, in bytes: ArraySlice<UInt8>) -> Int? {
        guard let first = text.utf8.first else { return nil }
        var index = bytes.startIndex
        while let place = bytes[index...].firstIndex(of: first) {
            if bytes[place...].starts(with: text.utf8) { return place }
            index = place + 1
        }
        return nil
    }

    /// What kind of value an attribute of this name holds.
    static func attribute(named name: String) -> HTMLContext.Attribute {
        var short = name
        if name.hasPrefix("data-") {
            short = String(name.dropFirst(5))
        } else if let colon = name.firstIndex(of: ":") {
            if name[..<colon] == "xmlns" { return .url }
            short = String(name[name.index(after: colon)...])
        }
        if let known = known[short] { return known }
        if harmless.contains(short) || unsafe.contains(short) { return .none }
        if short.hasPrefix("on") { return .script }
        return contains(short, "src") || contains(short, "uri") || contains(short, "url") ? .url : .none
    }

    /// Whether a template may compute an attribute of this name.
    static func mayBeComputed(_ name: String) -> Bool {
        let short = name.hasPrefix("data-") ? String(name.dropFirst(5)) : name
        return attribute(named: name) == .none && !unsafe.contains(short) && short != "srcdoc"
    }

    private static func contains(_ text: String, _ part: String) -> Bool {
        find(part, in: Array(text.utf8)[...]) != nil
    }

    private static let known: [String: HTMLContext.Attribute] = {
        var table: [String: HTMLContext.Attribute] = ["style": .style, "srcset": .sourceSet]
        for name in [
            "action", "archive", "background", "cite", "classid", "codebase", "data", "formaction", "href", "icon",
            "longdesc", "manifest", "poster", "profile", "src", "usemap", "xmlns",
        ] {
            table[name] = .url
        }
        return table
    }()

    private static let unsafe: Set<String> = [
        "accept-charset", "async", "challenge", "charset", "content", "crossorigin", "defer", "enctype", "form",
        "formenctype", "formmethod", "formnovalidate", "http-equiv", "keytype", "language", "method", "novalidate",
        "pattern", "rel", "sandbox", "type", "value",
    ]

    private static let harmless: Set<String> = ["srcdoc", "srclang"]
}
