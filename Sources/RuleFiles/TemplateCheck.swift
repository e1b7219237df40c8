import Base
import GoTemplate
import YAML

/// Templates in labels and annotations of alerting rules.
enum TemplateCheck {
    /// Why `text` is no template, at its place in the file; nil when it is one.
    static func problem(in text: String, of alert: String, at node: YAMLNode) -> Diagnostic? {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return nil }
        do throws(TemplateError) {
            _ = try RuleTemplate(alert: alert, text: text)
            return nil
        } catch {
            let place = error.position.map { node.position(ofUTF8Offset: byteOffset(of: $0, in: text)) }
            return Diagnostic("template: \(error.reason)", at: place ?? node.position, hint: error.hint)
        }
    }

    /// The byte that stands at a line and column of `text`.
    private static func byteOffset(of position: SourcePosition, in text: String) -> Int {
        var line = 1
        var column = 1
        var offset = 0
        for scalar in text.unicodeScalars {
            if line > position.line || (line == position.line && column >= position.column) { break }
            offset += UTF8.width(scalar)
            if scalar == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        return offset
    }
}
