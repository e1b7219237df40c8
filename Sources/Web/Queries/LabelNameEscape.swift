/// Label names in paths: `U__a_2e_b` stands for `a.b`.
///
/// - Source: prometheus/common model, "U__" value encoding of names that are no identifiers.
enum LabelNameEscape {
    /// The name that is meant; a text that is not so written stands for itself.
    static func decode(_ text: String) -> String {
        guard text.hasPrefix("U__") else { return text }
        var out = String.UnicodeScalarView()
        var rest = text.dropFirst(3).unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "_" else {
                out.append(scalar)
                continue
            }
            if rest.first == "_" {
                rest.removeFirst()
                out.append("_")
                continue
            }
            guard let end = rest.firstIndex(of: "_"), let code = UInt32(String(rest[..<end]), radix: 16),
                let decoded = Unicode.Scalar(code)
            else { return text }
            out.append(decoded)
            rest = rest[rest.index(after: end)...]
        }
        return String(out)
    }
}
