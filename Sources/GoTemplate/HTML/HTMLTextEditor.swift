/// Follows one fixed text and edits it: stray `<` become entities, comments go, scripts cannot be closed by strings.
struct HTMLTextEditor {
    private let text: [UInt8]
    private var out: [UInt8] = []
    private var written = 0
    private var leaves = true

    init(_ text: [UInt8]) { self.text = text }

    /// The edited text; valid after ``run(from:)``.
    var result: [UInt8] {
        if written == 0 { return text }
        return leaves ? out + text[written...] : out
    }

    /// Reads the whole text and gives the context at its end.
    mutating func run(from start: HTMLContext) throws(HTMLTransitions.Failure) -> HTMLContext {
        var context = start
        var index = 0
        while index < text.count {
            let (next, end) = try HTMLTransitions.after(context, text[index...])
            edit(index, end, context, next)
            if index == end, context == next { break }
            context = next
            index = end
        }
        leaves = !context.state.isComment || context.delimiter != .none
        return context
    }

    private mutating func edit(_ start: Int, _ end: Int, _ context: HTMLContext, _ next: HTMLContext) {
        let isPlain = context.state == .text || context.state == .rcdata
        if isPlain {
            var stop = end
            if next.state != context.state, let tag = text[start..<end].lastIndex(of: 0x3C) { stop = tag }
            for place in start..<stop where text[place] == 0x3C && !HTMLBytes.has("<!doctype", in: text[...], at: place)
            {
                flush(to: place)
                out += "&lt;".utf8
                written = place + 1
            }
        } else if context.state.isComment, context.delimiter == .none {
            if context.state == .scriptBlockComment {
                // A comment that spans lines still ends one.
                out.append(ScriptTransitions.lineEnd(text[written..<end]) != nil ? 0x0A : 0x20)
            } else if context.state == .styleBlockComment {
                out.append(0x20)
            }
            written = end
        }
        if context.state != next.state, next.state.isComment, next.delimiter == .none {
            var opening = end - 2
            switch next.state {
            case .comment, .scriptOpenComment: opening -= 2
            case .scriptCloseComment: opening -= 1
            default: break
            }
            flush(to: opening)
            written = end
        }
        if context.state.isScriptLiteral, let safe = Self.withoutScriptTags(text[start..<end]) {
            flush(to: start)
            out += safe
            written = end
        }
    }

    private mutating func flush(to place: Int) {
        if place > written { out += text[written..<place] }
    }

    /// The text with `<` written as an escape where a script tag or comment would begin; nil when there is none.
    private static func withoutScriptTags(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var out: [UInt8] = []
        var found = false
        for index in text.indices {
            let opens =
                text[index] == 0x3C
                && (HTMLBytes.has("<script", in: text, at: index) || HTMLBytes.has("</script", in: text, at: index)
                    || HTMLBytes.has("<!--", in: text, at: index))
            if opens {
                found = true
                out += "\\x3C".utf8
            } else {
                out.append(text[index])
            }
        }
        return found ? out : nil
    }
}
