import Base
import GoTemplate
import YAML

/// Templates in labels and annotations of alerting rules.
enum TemplateCheck {
    /// What the template reads; nil for text without actions.
    /// - Throws: Why `text` is no template, at its place in the file.
    static func references(
        of text: String, in alert: String, at node: YAMLNode
    ) throws(Diagnostic) -> TemplateReferences? {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return nil }
        do throws(TemplateError) {
            return try RuleTemplate(alert: alert, text: text).references
        } catch {
            let place = error.position.map { node.position(ofUTF8Offset: byteOffset(of: $0, in: text)) }
            throw Diagnostic("template: \(error.reason)", at: place ?? node.position, hint: error.hint)
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
