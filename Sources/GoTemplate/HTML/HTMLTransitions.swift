import Base

/// Reads the fixed text of a template and follows where in the document it leads.
///
/// - Source: the package documentation of Go's html/template; the tokenizers of HTML, CSS and ECMAScript.
enum HTMLTransitions {
    /// Why a text makes no sense.
    struct Failure: Error {
        let message: String
    }

    typealias Step = (context: HTMLContext, end: Int)

    /// The context after some first part of `text`, and where that part ends.
    static func after(_ context: HTMLContext, _ text: ArraySlice<UInt8>) throws(Failure) -> Step {
        guard context.delimiter != .none else {
            let (closed, end) = specialTagEnd(context, text)
            if end == text.startIndex { return (closed, end) }
            return try transition(context, text[..<end])
        }
        let end = text.firstIndex { context.delimiter.ends(at: $0) } ?? text.endIndex
        if context.delimiter == .spaceOrTagEnd,
            let bad = text[..<end].firstIndex(where: { [0x22, 0x27, 0x3C, 0x3D, 0x60].contains($0) })
        {
            throw Failure(
                message: "\(quoted(text[bad...bad])) in unquoted attr: \(quoted(text[..<end]))")
        }
        if end == text.endIndex {
            var decoded = HTMLEntities.decoded(text)[...]
            var context = context
            while !decoded.isEmpty {
                let step = try transition(context, decoded)
                context = step.context
                decoded = decoded[step.end...]
            }
            return (context, text.endIndex)
        }
        var element = context.element
        if context.state == .attribute, element == .script, context.attribute == .scriptType,
            !isScriptType(text[..<end])
        {
            element = .none
        }
        return (
            HTMLContext(state: .tag, element: element), context.delimiter == .spaceOrTagEnd ? end : end + 1
        )
    }

    /// Up to the end tag of a script, style, textarea or title.
    static func specialTagEnd(_ context: HTMLContext, _ text: ArraySlice<UInt8>) -> Step {
        guard let tag = context.element.endTag, !context.state.isInTag else { return (context, text.endIndex) }
        if context.element == .script, context.state.isScriptLiteral || context.state.isComment {
            return (context, text.endIndex)
        }
        var index = text.startIndex
        while let place = HTMLBytes.find("</", in: text[index...]) {
            let after = place + 2 + tag.utf8.count
            if HTMLBytes.has(tag, in: text, at: place + 2), after < text.endIndex,
                HTMLBytes.isSpace(text[after]) || text[after] == 0x2F || text[after] == 0x3E
            {
                return (HTMLContext(), place)
            }
            index = place + 2
        }
        return (context, text.endIndex)
    }

    /// One step of the tokenizer that belongs to the state.
    static func transition(_ context: HTMLContext, _ text: ArraySlice<UInt8>, as state: HTMLContext.State? = nil)
        throws(Failure) -> Step
    {
        var context = context
        switch state ?? context.state {
        case .text: return plain(context, text)
        case .tag: return try tag(context, text)
        case .attributeName:
            let end = try attributeName(text, from: text.startIndex)
            if end != text.endIndex { context.state = .afterName }
            return (context, end)
        case .afterName:
            let start = skipSpace(text)
            guard start < text.endIndex else { return (context, start) }
            context.state = text[start] == 0x3D ? .beforeValue : .tag
            return (context, text[start] == 0x3D ? start + 1 : start)
        case .beforeValue:
            var start = skipSpace(text)
            guard start < text.endIndex else { return (context, start) }
            context.delimiter = .spaceOrTagEnd
            if text[start] == 0x22 || text[start] == 0x27 {
                context.delimiter = text[start] == 0x22 ? .doubleQuote : .singleQuote
                start += 1
            }
            context.state = context.attribute.start
            return (context, start)
        case .comment:
            if let end = HTMLBytes.find("-->", in: text) { return (HTMLContext(), end + 3) }
            return (context, text.endIndex)
        case .rcdata: return specialTagEnd(context, text)
        case .url, .sourceSet: return url(context, text)
        case .script, .scriptDoubleQuoted, .scriptSingleQuoted, .scriptTemplate, .scriptRegexp, .scriptBlockComment,
            .scriptLineComment, .scriptOpenComment, .scriptCloseComment:
            return try ScriptTransitions.transition(context, text)
        case .style, .styleDoubleQuoted, .styleSingleQuoted, .styleDoubleQuotedURL, .styleSingleQuotedURL, .styleURL,
            .styleBlockComment, .styleLineComment:
            return try StyleTransitions.transition(context, text)
        case .metaContent:
            for index in text.indices where HTMLBytes.has("url=", in: text, at: index) {
                context.state = .metaContentURL
                return (context, index + 4)
            }
            return (context, text.endIndex)
        case .metaContentURL:
            if let end = text.firstIndex(of: 0x3B) {
                context.state = .metaContent
                return (context, end + 1)
            }
            return (context, text.endIndex)
        case .attribute, .dead: return (context, text.endIndex)
        }
    }

    private static func plain(_ context: HTMLContext, _ text: ArraySlice<UInt8>) -> Step {
        var index = text.startIndex
        while let open = text[index...].firstIndex(of: 0x3C), open + 1 < text.endIndex {
            if text[open...].starts(with: "<!--".utf8) { return (HTMLContext(state: .comment), open + 4) }
            var start = open + 1
            let closes = text[start] == 0x2F
            if closes {
                start += 1
                if start == text.endIndex { return (context, text.endIndex) }
            }
            let end = tagName(text, start)
            if end > start {
                let element = closes ? .none : HTMLContext.Element(tag: HTMLBytes.lower(text[start..<end]))
                return (HTMLContext(state: .tag, element: element), end)
            }
            index = end
        }
        return (context, text.endIndex)
    }

    private static func tagName(_ text: ArraySlice<UInt8>, _ start: Int) -> Int {
        guard start < text.endIndex, HTMLBytes.isLetter(text[start]) else { return start }
        var index = start + 1
        while index < text.endIndex {
            if HTMLBytes.isAlphanumeric(text[index]) {
                index += 1
            } else if text[index] == 0x3A || text[index] == 0x2D, index + 1 < text.endIndex,
                HTMLBytes.isAlphanumeric(text[index + 1])
            {
                index += 2
            } else {
                break
            }
        }
        return index
    }

    private static func tag(_ context: HTMLContext, _ text: ArraySlice<UInt8>) throws(Failure) -> Step {
        let start = skipSpace(text)
        guard start < text.endIndex else { return (context, start) }
        if text[start] == 0x3E {
            return (HTMLContext(state: context.element.content, element: context.element), start + 1)
        }
        let end = try attributeName(text, from: start)
        if end == start {
            throw Failure(message: "expected space, attr name, or end of tag, but got \(quoted(text[start...]))")
        }
        let name = HTMLBytes.lower(text[start..<end])
        var attribute = HTMLBytes.attribute(named: name)
        if context.element == .script, name == "type" { attribute = .scriptType }
        if context.element == .meta, name == "content" { attribute = .metaContent }
        return (
            HTMLContext(
                state: end == text.endIndex ? .attributeName : .afterName, attribute: attribute,
                element: context.element), end
        )
    }

    private static func attributeName(_ text: ArraySlice<UInt8>, from start: Int) throws(Failure) -> Int {
        for index in start..<text.endIndex {
            switch text[index] {
            case 0x20, 0x09, 0x0A, 0x0C, 0x0D, 0x3D, 0x3E: return index
            case 0x27, 0x22, 0x3C:
                let head = String(decoding: text, as: UTF8.self).unicodeScalars.prefix(32)
                throw Failure(
                    message: "\(quoted(text[index...index])) in attribute name: "
                        + GoQuote.quoted(String(String.UnicodeScalarView(head))))
            default: break
            }
        }
        return text.endIndex
    }

    static func url(_ context: HTMLContext, _ text: ArraySlice<UInt8>) -> Step {
        var context = context
        if context.state == .sourceSet { return (context, text.endIndex) }
        noteURL(&context, text)
        return (context, text.endIndex)
    }

    static func noteURL(_ context: inout HTMLContext, _ text: some Collection<UInt8>) {
        if text.contains(where: { $0 == 0x23 || $0 == 0x3F }) {
            context.urlPart = .queryOrFragment
        } else if context.urlPart == .none, text.contains(where: { !HTMLBytes.isSpace($0) }) {
            // Nothing but space leaves the scheme open.
            context.urlPart = .preQuery
        }
    }

    private static func isScriptType(_ bytes: ArraySlice<UInt8>) -> Bool {
        let type = HTMLBytes.lower(bytes.prefix { $0 != 0x3B }).split(whereSeparator: \.isWhitespace).joined()
        let known: Set<String> = [
            "application/ecmascript", "application/javascript", "application/json", "application/ld+json",
            "application/x-ecmascript", "application/x-javascript", "module", "speculationrules", "text/ecmascript",
            "text/javascript", "text/javascript1.0", "text/javascript1.1", "text/javascript1.2", "text/javascript1.3",
            "text/javascript1.4", "text/javascript1.5", "text/jscript", "text/livescript", "text/x-ecmascript",
            "text/x-javascript",
        ]
        return known.contains(type)
    }

    static func skipSpace(_ text: ArraySlice<UInt8>) -> Int {
        text.firstIndex { !HTMLBytes.isSpace($0) } ?? text.endIndex
    }

    static func quoted(_ bytes: some Sequence<UInt8>) -> String {
        GoQuote.quoted(String(decoding: Array(bytes), as: UTF8.self))
    }
}
