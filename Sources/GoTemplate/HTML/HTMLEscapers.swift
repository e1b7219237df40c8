/// The functions that escape values for where they stand in a document.
///
/// - Source: the package documentation of Go's html/template.
enum HTMLEscapers {
    /// What is written instead of a value that cannot be made safe.
    static let refused = "ZgotmplZ"

    /// By the names that Go gives them, which show in errors.
    static let table: [String: TemplateFunction] = [
        "_html_template_attrescaper": escaper { text, kind in
            kind == .html
                ? replaced(HTMLStripper.stripped(text), normal) : replaced(text, full)
        },
        "_html_template_commentescaper": escaper { _, _ in "" },
        "_html_template_cssescaper": escaper { text, _ in StyleEscapers.text(text) },
        "_html_template_cssvaluefilter": escaper { text, kind in
            kind == .css ? text : StyleEscapers.value(text)
        },
        "_html_template_htmlnamefilter": escaper(HTMLEscapers.name),
        "_html_template_htmlescaper": escaper { text, kind in kind == .html ? text : replaced(text, full) },
        "_html_template_jsregexpescaper": escaper { text, _ in ScriptEscapers.regexp(text) },
        "_html_template_jsstrescaper": escaper { text, kind in
            ScriptEscapers.string(text, keepsBackslash: kind == .javaScriptString)
        },
        "_html_template_jstmpllitescaper": escaper { text, _ in ScriptEscapers.templateLiteral(text) },
        "_html_template_jsvalescaper": TemplateFunction(variadic: .any) { call throws(FunctionFailure) in
            .string(try ScriptEscapers.value(call.arguments, limit: call.outputBytes))
        },
        "_html_template_nospaceescaper": escaper { text, kind in
            if text.isEmpty { return refused }
            return kind == .html
                ? replaced(HTMLStripper.stripped(text), unquotedNormal, keepsSpecials: false)
                : replaced(text, unquoted, keepsSpecials: false)
        },
        "_html_template_rcdataescaper": escaper { text, kind in replaced(text, kind == .html ? normal : full) },
        "_html_template_srcsetescaper": escaper(URLEscapers.sourceSet),
        "_html_template_urlescaper": escaper { text, kind in URLEscapers.escaped(text, keeps: kind == .url) },
        "_html_template_urlfilter": escaper { text, kind in
            kind == .url || URLEscapers.isSafe(text) ? text : "#" + refused
        },
        "_html_template_urlnormalizer": escaper { text, _ in URLEscapers.escaped(text, keeps: true) },
        "_eval_args_": escaper { text, _ in text },
    ]

    /// A function of any arguments that works on their text and on what it was declared safe for.
    private static func escaper(
        _ body: @escaping @Sendable (String, SafeText.Kind?) -> String
    ) -> TemplateFunction {
        TemplateFunction(variadic: .any) { call in
            let (text, kind) = text(of: call.arguments, limit: call.outputBytes)
            return .string(body(text, kind))
        }
    }

    /// What Go's print gives, nil left out, and what a single value was declared safe for.
    static func text(of values: [TemplateValue], limit: Int) -> (String, SafeText.Kind?) {
        if values.count == 1 {
            if case .string(let text) = values[0] { return (text, nil) }
            if case .safe(let safe) = values[0] { return (safe.text, safe.kind) }
        }
        return (GoFormat.sprint(values.filter { !$0.isNil }, limit: limit), nil)
    }

    // MARK: HTML

    private static let normal: [UInt8: String] = [
        0: "\u{FFFD}", 0x22: "&#34;", 0x27: "&#39;", 0x2B: "&#43;", 0x3C: "&lt;", 0x3E: "&gt;",
    ]
    private static let full = normal.merging([0x26: "&amp;"]) { $1 }
    private static let unquotedNormal: [UInt8: String] = [
        0: "&#xfffd;", 0x09: "&#9;", 0x0A: "&#10;", 0x0B: "&#11;", 0x0C: "&#12;", 0x0D: "&#13;", 0x20: "&#32;",
        0x22: "&#34;", 0x27: "&#39;", 0x2B: "&#43;", 0x3C: "&lt;", 0x3D: "&#61;", 0x3E: "&gt;", 0x60: "&#96;",
    ]
    private static let unquoted = unquotedNormal.merging([0x26: "&amp;"]) { $1 }

    /// Characters of `table` replaced; without `keepsSpecials` also those that HTML does not allow.
    private static func replaced(_ text: String, _ table: [UInt8: String], keepsSpecials: Bool = true) -> String {
        // Most texts need nothing: letters, digits, and the signs between that stand in no table.
        if text.utf8.allSatisfy({
            (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || (0x2D...0x3A).contains($0)
        }) {
            return text
        }
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            if scalar.value < 0x80 {
                let byte = UInt8(truncatingIfNeeded: scalar.value)
                if let other = table[byte] { out += other.utf8 } else { out.append(byte) }
            } else if !keepsSpecials,
                (0xFDD0...0xFDEF).contains(scalar.value) || (0xFFF0...0xFFFF).contains(scalar.value)
            {
                out += "&#x\(String(scalar.value, radix: 16));".utf8
            } else {
                out += String(scalar).utf8
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// An attribute's name that does no harm.
    private static func name(_ text: String, _ kind: SafeText.Kind?) -> String {
        if kind == .htmlAttribute { return text }
        let name = HTMLBytes.lower(text.utf8)
        guard !name.isEmpty, HTMLBytes.mayBeComputed(name), name.utf8.allSatisfy(HTMLBytes.isAlphanumeric) else {
            return refused
        }
        return name
    }
}

/// Takes tags out of trusted HTML where only text may stand.
enum HTMLStripper {
    static func stripped(_ html: String) -> String {
        let bytes = Array(html.utf8)[...]
        var out: [UInt8] = []
        var context = HTMLContext()
        var index = 0
        var allText = true
        while index != bytes.endIndex {
            if context.delimiter == .none {
                var state = context.state
                if context.element != .none, !state.isInTag { state = .rcdata }
                guard let (next, end) = try? HTMLTransitions.transition(context, bytes[index...], as: state) else {
                    break
                }
                if context.state == .text || context.state == .rcdata {
                    var stop = end
                    if next.state != context.state, let tag = bytes[index..<end].lastIndex(of: 0x3C) { stop = tag }
                    out += bytes[index..<stop]
                } else {
                    allText = false
                }
                if end == index, next == context { break }
                (context, index) = (next, end)
                continue
            }
            guard let end = bytes[index...].firstIndex(where: { context.delimiter.ends(at: $0) }) else { break }
            index = context.delimiter == .spaceOrTagEnd ? end : end + 1
            context = HTMLContext(state: .tag, element: context.element)
        }
        if allText { return html }
        if context.state == .text || context.state == .rcdata { out += bytes[index...] }
        return String(decoding: out, as: UTF8.self)
    }
}
