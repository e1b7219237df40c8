import Base
import YAML

extension CheckReport {
    /// For people: each problem with its line and a caret, each file with its counts, a summary.
    public func text(usesColor: Bool) -> String {
        let paint = Paint(isOn: usesColor)
        var out = ""
        for file in files {
            for problem in file.problems { out += Self.problem(problem, in: file, paint) }
            out += Printable.escaped(file.name) + ": " + Self.verdict(on: file) + "\n"
        }
        out += summary + "\n"
        return out
    }

    /// Files, rules, errors and warnings in one line.
    var summary: String {
        let rules = files.reduce(0) { $0 + $1.count("rules") }
        return "\(files.count) \(files.count == 1 ? "file" : "files"): \(rules) rules, "
            + Self.counted(count(.error), "error") + ", " + Self.counted(count(.warning), "warning")
    }

    private static func verdict(on file: File) -> String {
        if file.hasErrors {
            return "refused, " + counted(file.problems.count { $0.severity == .error }, "error")
        }
        switch file.kind {
        case .rules, .kubernetes:
            let alerting = file.count("alerting")
            return "\(file.count("rules")) rules (\(alerting) alerting, \(file.count("recording")) recording)"
        case .unitTest where file.counts.isEmpty: return "unit tests, to be run with ruleval test"
        default: return file.counts.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
        }
    }

    private static func counted(_ count: Int, _ name: String) -> String { "\(count) \(name)\(count == 1 ? "" : "s")" }

    private static func problem(_ problem: Diagnostic, in file: File, _ paint: Paint) -> String {
        var place = problem.position ?? SourcePosition(line: 1, column: 1)
        place.file = place.file ?? file.name
        let isPlaced = problem.position != nil
        var out = Printable.escaped(isPlaced ? place.description : file.name) + ": "
        out += paint.severity(problem.severity) + ": " + Printable.escaped(problem.message)
        if let hint = problem.hint { out += " (" + Printable.escaped(hint) + ")" }
        if let check = problem.check { out += " [\(check)]" }
        out += "\n"
        guard isPlaced, let excerpt = file.source.flatMap({ Excerpt(of: $0, around: place) }) else { return out }
        let number = String(place.line)
        let margin = String(repeating: " ", count: number.utf8.count)
        out += "  \(number) | \(excerpt.text)\n"
        out += "  \(margin) | \(String(repeating: " ", count: excerpt.column - 1))\(paint.caret("^"))\n"
        return out
    }
}

/// A part of a line that fits a terminal, and where the caret stands under it.
struct Excerpt {
    private static let width = 120
    var text: String
    /// From 1.
    var column: Int

    init?(of source: YAMLSource, around place: SourcePosition) {
        let before = Self.width * 2 / 3
        guard
            let part = source.excerpt(
                ofLine: place.line, around: place.column, before: before, after: Self.width - before)
        else { return nil }
        let isCutBefore = part.column > 1
        text = (isCutBefore ? "…" : "") + Printable.escaped(part.text) + (part.isCut ? "…" : "")
        column = max(1, place.column - part.column + 1) + (isCutBefore ? 1 : 0)
    }
}

/// Text from files, made harmless for a terminal: control characters become `·`, so that columns stay.
enum Printable {
    static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { out.append(scalar == "\t" ? " " : isControl(scalar) ? "·" : scalar) }
        return String(out)
    }

    /// Controls, and marks that change the direction of writing.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2028, 0x2029, 0x2066...0x2069: true
        default: false
        }
    }
}

/// Colours of a terminal, or none.
struct Paint {
    var isOn: Bool

    func severity(_ severity: Diagnostic.Severity) -> String {
        switch severity {
        case .error: colored(severity.rawValue, "31;1")
        case .warning: colored(severity.rawValue, "33;1")
        case .info: colored(severity.rawValue, "36")
        }
    }

    func caret(_ text: String) -> String { colored(text, "32;1") }

    private func colored(_ text: String, _ code: String) -> String { isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}
