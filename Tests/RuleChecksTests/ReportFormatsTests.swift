import Base
import JSON
import TestSupport
import Testing

@testable import RuleChecks

@Suite("Formats of the check command")
struct ReportFormatsTests {
    private static let text = """
        groups:
          - name: g
            rules:
              - record: r
                expr: a / a
              - alert: b
                expr: up ==
                foo: 1

        """

    /// The report on one file with a warning-free error pair, and one with a warning.
    private func output(_ format: CheckOptions.Format, strict: Bool = false, text: String = text) throws -> (
        text: String, path: String
    ) {
        let folder = try TemporaryFolder()
        let path = try folder.write("a,b:100%.yml", text)
        var options = CheckOptions()
        options.format = format
        options.isStrict = strict
        return (CheckCommand.run(paths: [path], options: options).output, path)
    }

    private static let warned = "groups: [{name: g, rules: [{record: r, expr: a / a}]}]\n"

    @Test func githubNamesFileLineAndColumn() throws {
        let (text, path) = try output(.github)
        let lines = text.split(separator: "\n").map(String.init)
        let name = path.replacing(",", with: "%2C").replacing(":", with: "%3A").replacing("%.yml", with: "%25.yml")
        #expect(lines.count == 3)
        #expect(
            lines[0] == "::error file=\(name),line=7,col=20,title=ruleval error::unexpected end of input")
        #expect(lines[1].hasPrefix("::error file=\(name),line=8,col=9,title=ruleval error::unknown key 'foo'"))
        #expect(lines[2] == "1 file: 0 rules, 2 errors, 0 warnings")
        #expect(try output(.github, text: Self.warned).text.contains("title=ruleval identical-operands::both sides"))
    }

    @Test func gitlabHasStableFingerprints() throws {
        let first = try JSONValue(parsing: output(.gitlab, text: Self.warned).text)
        #expect(first[0]?["check_name"]?.string == "identical-operands")
        #expect(first[0]?["severity"]?.string == "minor")
        #expect(first[0]?["location"]?["lines"]?["begin"]?.integer == 1)
        #expect(first[0]?["fingerprint"]?.string?.utf8.count == 32)
        #expect(try JSONValue(parsing: output(.gitlab, text: "groups: []").text).array?.isEmpty == true)
        // Two problems with one message are told apart; a line more above changes nothing.
        let folder = try TemporaryFolder()
        func fingerprints(_ text: String) throws -> [String?] {
            let path = try folder.write("a.yml", text)
            var options = CheckOptions()
            options.format = .gitlab
            let answer = try JSONValue(parsing: CheckCommand.run(paths: [path], options: options).output)
            return (answer.array ?? []).map { $0["fingerprint"]?.string }
        }
        let rule = "  - {record: r%, expr: a / a}\n"
        let two = "groups:\n- name: g\n  rules:\n" + rule.replacing("%", with: "1") + rule.replacing("%", with: "2")
        let names = try fingerprints(two)
        #expect(names.count == 2 && names[0] != names[1])
        #expect(try fingerprints("# more\n" + two) == names)
    }

    @Test func checkstyleIsXML() throws {
        let (text, path) = try output(.checkstyle)
        #expect(
            text.hasPrefix(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n  <file name=\"\(path)\">\n")
        )
        #expect(
            text.contains(
                "<error line=\"7\" column=\"20\" severity=\"error\" message=\"unexpected end of input\" source=\"ruleval.error\"/>"
            ))
        #expect(text.hasSuffix("  </file>\n</checkstyle>\n"))
    }

    @Test func sarifHasRulesAndPlaces() throws {
        let (text, path) = try output(.sarif, text: Self.warned)
        let answer = try JSONValue(parsing: text)
        #expect(answer["version"]?.string == "2.1.0")
        let run = answer["runs"]?[0]
        #expect(run?["tool"]?["driver"]?["name"]?.string == "ruleval")
        #expect(run?["tool"]?["driver"]?["rules"]?[0]?["id"]?.string == "identical-operands")
        let result = run?["results"]?[0]
        #expect(result?["level"]?.string == "warning")
        #expect(result?["ruleIndex"]?.integer == 0)
        let place = result?["locations"]?[0]?["physicalLocation"]
        #expect(place?["region"]?["startColumn"]?.integer == 46)
        let uri = "file://" + path.replacing(",", with: "%2C").replacing(":", with: "%3A").replacing("%.", with: "%25.")
        #expect(place?["artifactLocation"]?["uri"]?.string == uri)
        #expect(result?["partialFingerprints"]?["ruleval/v1"]?.string?.isEmpty == false)
    }

    @Test func junitCountsWarningsAsFailuresWhenStrict() throws {
        let errors = try output(.junit).text
        #expect(errors.contains("<testsuites tests=\"2\" failures=\"2\" errors=\"0\">"))
        #expect(errors.contains("<failure type=\"error\" message=\"unexpected end of input\">"))
        let lax = try output(.junit, text: Self.warned).text
        #expect(lax.contains("tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"1\""))
        #expect(
            lax.contains("<skipped message=\"both sides of &apos;") || lax.contains("<skipped message=\"both sides"))
        let strict = try output(.junit, strict: true, text: Self.warned).text
        #expect(strict.contains("tests=\"1\" failures=\"1\" errors=\"0\" skipped=\"0\""))
        let clean = try output(.junit, text: "groups: []").text
        #expect(clean.contains("<testsuites tests=\"1\" failures=\"0\" errors=\"0\">"))
    }

    @Test("markup and controls of names and messages do no harm", arguments: CheckOptions.Format.allCases)
    func hostileTextIsEscaped(_ format: CheckOptions.Format) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a\"<&>'\n\u{1B}x.yml", "groups: [{name: g, \"<b>&\\\"\\e]]>\": 1}]\n")
        var options = CheckOptions()
        options.format = format
        let text = CheckCommand.run(paths: [path], options: options).output
        #expect(!text.unicodeScalars.contains("\u{1B}") || format == .github)
        switch format {
        case .json, .gitlab, .sarif: #expect(throws: Never.self) { try JSONValue(parsing: text) }
        case .checkstyle, .junit: #expect(!text.contains("<b>") && !text.contains("]]>"))
        case .github: #expect(text.split(separator: "\n").count == 2)
        case .text: #expect(text.contains("unknown key"))
        }
    }
}

@Suite("Problems on what changed")
struct ChangedLinesTests {
    private static let before = """
        # rules
        groups:
          - name: one
            rules:
              - record: a
                expr: |
                  x / x

              - record: b
                expr: y / y
          - name: two
            interval: 1m
            rules:
              - record: c
                expr: z / z

        """

    /// The lines with problems when the file had `before` and has `now`.
    private func lines(_ now: String, before: String? = before) throws -> [Int] {
        let folder = try TemporaryFolder()
        let path = try folder.write("a.yml", now)
        var options = CheckOptions()
        options.earlierText = { _ throws(Diagnostic) in before.map { Array($0.utf8) } }
        let report = CheckCommand.report(on: [path], options: options)
        return report.files[0].problems.compactMap { $0.position?.line }
    }

    @Test func whatIsAsItWasIsNotTold() throws {
        #expect(try lines(Self.before) == [])
        // Layout and comments are no change.
        #expect(try lines("# more\n" + Self.before.replacing("expr: y / y", with: "expr: \"y / y\"  # quoted")) == [])
        #expect(try lines(Self.before, before: nil) == [7, 10, 15])
    }

    @Test func rulesThatChangedAreTold() throws {
        #expect(try lines(Self.before.replacing("y / y", with: "y / (y)")) == [10])
        #expect(try lines(Self.before.replacing("record: c", with: "record: d")) == [15])
        // The group's settings are the rules' too.
        #expect(try lines(Self.before.replacing("interval: 1m", with: "interval: 2m")) == [15])
        let more = Self.before.replacing("  - name: two", with: "      - {record: e, expr: w / w}\n  - name: two")
        #expect(try lines(more) == [11])
        // The same rule once more is new once.
        let twice = Self.before + "      - record: c\n        expr: z / z\n"
        #expect(try lines(twice).contains(17))
    }

    @Test func errorsInRulesThatWereThereAreNotTold() throws {
        let broken = Self.before.replacing("y / y", with: "y /")
        #expect(try lines(broken, before: broken + "# comment\n") == [])
        #expect(try lines(broken) == [10])
        #expect(try lines("groups: [", before: Self.before).isEmpty == false)
    }
}
