import Base
import Testing
import TimeSeries
import YAML

@testable import Settings

@Suite("Relabelling")
struct RelabelTests {
    static let labels: Labels = ["__name__": "up", "a": "foo", "b": "bar", "c": "baz"]

    static func rules(_ text: String) throws -> ([RelabelRule], [String]) {
        let decoding = YAMLDecoding()
        let root = try #require(try YAMLDocument(parsing: text, file: "r.yml").root)
        let context = SettingsContext(decoding: decoding, folder: ConfigurationFolder(path: ""))
        let rules = RelabelRule.list(decoding.list(root, as: "rules") ?? [], context)
        return (rules, decoding.sortedDiagnostics.map(\.description))
    }

    @Test(
        "changes labels as Prometheus does",
        arguments: [
            (
                "[{source_labels: [a], regex: 'f(.*)', target_label: d, replacement: 'ch${1}-ch${1}'}]",
                ["d": "choo-choo"]
            ),
            (
                "[{source_labels: [a, b], regex: 'f(.*);(.*)r', target_label: a, replacement: 'b${1}${2}m'}]",
                ["a": "boobam"]
            ),
            ("[{source_labels: [a], target_label: d, separator: '-', replacement: 'x'}]", ["d": "x"]),
            ("[{source_labels: [a], regex: no, target_label: d}]", [:]),
            ("[{source_labels: [nothing], target_label: b}]", ["b": ""]),
            ("[{target_label: d, replacement: fixed}]", ["d": "fixed"]),
            ("[{source_labels: [a, b], target_label: d}]", ["d": "foo;bar"]),
            ("[{source_labels: [a, b], separator: '', target_label: d}]", ["d": "foobar"]),
            ("[{source_labels: [a], regex: '(f).*', target_label: '${1}_x', replacement: y}]", ["f_x": "y"]),
            ("[{source_labels: [c], target_label: d, action: hashmod, modulus: 1000}]", ["d": "976"]),
            ("[{source_labels: [a], target_label: d, action: uppercase}]", ["d": "FOO"]),
            ("[{source_labels: [a], target_label: d, action: Lowercase}]", ["d": "foo"]),
            ("[{regex: '(b|c)', replacement: 'new_$1', action: labelmap}]", ["new_b": "bar", "new_c": "baz"]),
            ("[{regex: 'b|c', action: labeldrop}]", ["b": "", "c": ""]),
            ("[{regex: '__name__|a', action: labelkeep}]", ["b": "", "c": ""]),
            ("[{source_labels: [a], regex: foo, action: keep}]", [:]),
            ("[{source_labels: [a], regex: fo, action: drop}]", [:]),
            (
                "[{source_labels: [a], target_label: d}, {source_labels: [d], regex: foo, target_label: e, replacement: $0!}]",
                ["d": "foo", "e": "foo!"]
            ),
        ] as [(String, [String: String])])
    func changes(_ text: String, _ changed: [String: String]) throws {
        let (rules, errors) = try Self.rules(text)
        #expect(errors.isEmpty)
        var expected = LabelsBuilder(Self.labels)
        for (name, value) in changed { expected[name] = value }
        #expect(rules.apply(to: Self.labels) == expected.labels)
    }

    @Test(
        "drops what is not wanted",
        arguments: [
            "[{source_labels: [a], regex: fo, action: keep}]", "[{source_labels: [a], regex: foo, action: drop}]",
            "[{source_labels: [a], target_label: a, action: dropequal}]",
            "[{source_labels: [a], target_label: b, action: keepequal}]",
            "[{target_label: x, replacement: y}, {source_labels: [x], regex: y, action: drop}]",
        ])
    func drops(_ text: String) throws {
        let (rules, errors) = try Self.rules(text)
        #expect(errors.isEmpty)
        #expect(rules.apply(to: Self.labels) == nil)
    }

    @Test(
        "refuses what Prometheus refuses",
        arguments: [
            ("[{action: hashmod, target_label: x}]", "relabel configuration for hashmod requires non-zero modulus"),
            ("[{source_labels: [a]}]", "relabel configuration for replace action requires 'target_label' value"),
            (
                "[{action: lowercase, target_label: x, replacement: y}]",
                "'replacement' can not be set for lowercase action"
            ),
            (
                "[{action: labeldrop, regex: x, target_label: y}]",
                "labeldrop action requires only 'regex', and no other fields"
            ),
            (
                "[{action: keepequal, target_label: x, regex: y}]",
                "keepequal action requires only 'source_labels' and `target_label`, and no other fields"
            ),
            ("[{action: replce, target_label: x}]", "unknown relabel action \"replce\" (did you mean 'replace'?)"),
            ("[{regex: '(', target_label: x}]", "error parsing regexp: missing "),
            ("[{target: x}]", "unknown key 'target' in relabelling step"),
        ])
    func refuses(_ text: String, _ message: String) throws {
        let (_, errors) = try Self.rules(text)
        #expect(errors.contains { $0.contains(message) })
    }

    @Test(
        "hashes by MD5",
        arguments: [
            ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a"
            ),
        ])
    func md5(_ text: String, _ digest: String) {
        let hex = MD5.sum(Array(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(hex == digest)
    }
}
