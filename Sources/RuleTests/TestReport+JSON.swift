import Base
import JSON

extension TestReport {
    /// For programs.
    public var json: String {
        var json = JSONWriter()
        json.beginObject()
        json.key("files")
        json.beginArray()
        for file in files { Self.write(file, to: &json) }
        json.endArray()
        json.key("passed")
        json.integer(passed)
        json.key("failed")
        json.integer(failed)
        if let coverage {
            json.key("coverage")
            Self.write(coverage, to: &json)
        }
        json.endObject()
        return json.text + "\n"
    }

    private static func write(_ file: File, to json: inout JSONWriter) {
        json.beginObject()
        json.key("file")
        json.string(file.name)
        json.key("passed")
        json.integer(file.report.passed)
        json.key("failed")
        json.integer(file.report.failed)
        json.key("failures")
        json.beginArray()
        for failure in file.report.failures {
            json.beginObject()
            json.key("line")
            json.integer(failure.line)
            if failure.file != file.name {
                json.key("file")
                json.string(failure.file)
            }
            if !failure.testCase.isEmpty {
                json.key("case")
                json.string(failure.testCase)
            }
            json.key("message")
            json.string(failure.message)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }

    private static func write(_ coverage: RuleCoverage, to json: inout JSONWriter) {
        json.beginObject()
        json.key("rules")
        json.integer(coverage.rules.count)
        json.key("proven")
        json.integer(coverage.provenCount)
        json.key("percent")
        json.number(coverage.percentage)
        json.key("untested")
        json.beginArray()
        for rule in coverage.rules {
            for gap in rule.gaps {
                json.beginObject()
                if let position = gap.position {
                    json.key("file")
                    json.string(position.file ?? "")
                    json.key("line")
                    json.integer(position.line)
                    json.key("column")
                    json.integer(position.column)
                }
                json.key("rule")
                json.string(rule.name)
                json.key("message")
                json.string(gap.message)
                json.endObject()
            }
        }
        json.endArray()
        json.endObject()
    }
}
