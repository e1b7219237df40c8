import Base
import JSON

extension CheckReport {
    /// For programs:
    /// `{"files":[{"file":…,"kind":…,"rules":N,…,"problems":[{"line":N,"column":N,"severity":…,"message":…}]}],
    /// "summary":{"files":N,"rules":N,"errors":N,"warnings":N}}`.
    public var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("files")
        writer.beginArray()
        for file in files { Self.write(file, to: &writer) }
        writer.endArray()
        writer.key("summary")
        writer.beginObject()
        let totals = [
            ("files", files.count), ("rules", files.reduce(0) { $0 + $1.count("rules") }),
            ("errors", count(.error)), ("warnings", count(.warning)),
        ]
        for (name, count) in totals {
            writer.key(name)
            writer.integer(count)
        }
        writer.endObject()
        writer.endObject()
        return writer.text + "\n"
    }

    private static func write(_ file: File, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("file")
        writer.string(file.name)
        if let kind = file.kind {
            writer.key("kind")
            writer.string(kind.rawValue)
        }
        for (name, count) in file.counts {
            writer.key(name)
            writer.integer(count)
        }
        writer.key("problems")
        writer.beginArray()
        for problem in file.problems {
            writer.beginObject()
            if let position = problem.position {
                writer.key("line")
                writer.integer(position.line)
                writer.key("column")
                writer.integer(position.column)
            }
            let texts = [
                ("severity", problem.severity.rawValue), ("message", problem.message), ("hint", problem.hint),
                ("check", problem.check),
            ]
            for case (let name, let text?) in texts {
                writer.key(name)
                writer.string(text)
            }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}
