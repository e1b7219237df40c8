import Base
import Testing

@testable import YAML

/// All diagnostics of a text that is refused.
private func refusals(_ text: String, limits: YAMLDocument.Limits = .init()) -> [String] {
    do {
        _ = try YAMLDocument(parsing: text, file: "f.yml", limits: limits)
        return []
    } catch { return error.all.map(\.description) }
}

@Suite("YAML documents")
struct YAMLDocumentTests {
    @Test func keepOrderStylesAndPlaces() throws {
        let text = "b: 1\na:\n  - x\n  - 'y'\n  - \"z\"\nc: {d: e}\n"
        let root = try #require(try YAMLDocument(parsing: text, file: "f.yml").root)
        let pairs = try #require(root.mapping)
        #expect(pairs.map { $0.key.scalar?.text } == ["b", "a", "c"])
        let items = try #require(root["a"]?.sequence)
        #expect(items.map { $0.scalar?.style } == [.plain, .singleQuoted, .doubleQuoted])
        #expect(items.map(\.position.description) == ["f.yml:3:5", "f.yml:4:5", "f.yml:5:5"])
        #expect(root["c"]?["d"]?.position.description == "f.yml:6:8")
    }

    @Test func emptyTextsHaveNoRoot() throws {
        for text in ["", "\n\n", "# only a comment\n"] {
            #expect(try YAMLDocument(parsing: text).root == nil)
        }
        #expect(try YAMLDocument(parsing: "---\n").root?.isNull == true)
    }

    @Test func onlyTheFirstDocumentIsRead() throws {
        let document = try YAMLDocument(parsing: "a: 1\n---\nb: {\n")
        #expect(document.root?["a"]?.scalar?.text == "1")
        #expect(document.nextDocument?.description == "2:1")
        #expect(try YAMLDocument(parsing: "a: 1\n").nextDocument == nil)
    }

    @Test func aliasesAndMergeKeysAreResolved() throws {
        let text = """
            base: &base {x: 1, y: 2}
            more: &more {y: 3, z: 4}
            copy: *base
            both: {<<: [*base, *more], x: 9}
            """
        let root = try #require(try YAMLDocument(parsing: text).root)
        #expect(root["copy"]?["y"]?.scalar?.text == "2")
        let both = try #require(root["both"]?.mapping)
        #expect(both.map { $0.key.scalar?.text } == ["x", "y", "z"])
        #expect(both.map { $0.value.scalar?.text } == ["9", "2", "4"])
        let redefined = try YAMLDocument(parsing: "a: &x {b: &x c, d: *x}\ne: *x").root
        #expect(redefined?["a"]?["d"]?.scalar?.text == "c")
        #expect(redefined?["e"]?.scalar?.text == "c")
        #expect(try YAMLDocument(parsing: "'<<': 1").root?["<<"]?.scalar?.text == "1")
        #expect(refusals("a: {<<: 1}") == ["f.yml:1:9: error: '<<' takes a mapping or a list of mappings"])
    }

    @Test func whatIsWrongIsSaidWithItsPlace() {
        let cases: [(String, String)] = [
            ("a: 1\nb: 2\na: 3\n", "f.yml:3:1: error: key 'a' is already set in line 1"),
            ("a:\n\t- b\n", "f.yml:2:1: error: a tab stands where only spaces may indent"),
            ("a: *x\n", "f.yml:1:4: error: unknown anchor 'x'"),
            ("a: &x [*x]\n", "f.yml:1:8: error: anchor 'x' contains itself"),
            ("a: \u{1}\n", "f.yml:1:4: error: a control character (0x01) is not allowed"),
            ("a: !!bool yes\n", "f.yml:1:4: error: 'yes' does not fit the tag before it"),
            ("a: [b?c]\n", "f.yml:1:5: error: '?' needs quotes around the text inside of [ ] and { }"),
            (
                "%YAML 1.2\n---\na: b\n",
                "f.yml:1:1: error: YAML 1.2 is not read, only 1.1 (leave the %YAML line out)"
            ),
            ("a: !!int b\n", "f.yml:1:4: error: 'b' does not fit the tag before it"),
            ("a: !!binary '*'\n", "f.yml:1:4: error: '*' does not fit the tag before it"),
            ("a: b: c\n", "f.yml:1:5: error: mapping values are not allowed in this context"),
        ]
        for (text, message) in cases { #expect(refusals(text) == [message]) }
        #expect(refusals("a: [1\nb: 2").first?.contains("that begins in line 1") == true)
    }

    @Test func boundsHold() {
        var bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        for level in 1...9 {
            let name = "*a\(level - 1)"
            bomb += "a\(level): &a\(level) [" + Array(repeating: name, count: 10).joined(separator: ",") + "]\n"
        }
        #expect(refusals(bomb).first?.contains("aliases expand to more than 400000 values") == true)
        let deep = String(repeating: "[", count: 5000)
        #expect(refusals(deep).first == "f.yml:1:201: error: nested deeper than 200 levels")
        var small = YAMLDocument.Limits()
        small.nodes = 3
        #expect(refusals("[1, 2, 3, 4]", limits: small) == ["f.yml:1:8: error: more than 3 values"])
        small.bytes = 4
        #expect(refusals("abcde", limits: small) == ["error: f.yml: 5 bytes are too many, the limit is 4"])
    }

    @Test func bytesThatAreNoTextAreRefused() throws {
        func message(_ bytes: [UInt8]) -> String? {
            do { _ = try YAMLDocument(parsing: bytes, file: "f") } catch { return error.all.first?.description }
            return nil
        }
        #expect(message([0x61, 0x0A, 0xFF, 0x61]) == "f:2:1: error: not UTF-8: byte 0xFF")
        #expect(message([0x61, 0xC3]) == "f:1:2: error: not UTF-8: byte 0xC3")
        #expect(message([0x61, 0x00, 0x62]) == "f:1:2: error: a NUL byte; binary data, not a text file")
        #expect(message([0x7F, 0x45, 0x4C, 0x46, 0x00, 0xE0])?.hasSuffix("binary data, not a text file") == true)
        let utf16: [UInt8] = [0xFF, 0xFE, 0x61, 0x00, 0x3A, 0x00, 0x20, 0x00, 0xE4, 0x00]
        #expect(try YAMLDocument(parsing: utf16).root?["a"]?.scalar?.text == "ä")
        #expect(try YAMLDocument(parsing: [0xEF, 0xBB, 0xBF, 0x61, 0x3A, 0x20, 0x62]).root?["a"]?.scalar?.text == "b")
    }

    @Test func whatIsNoFileIsRefused() {
        #expect(throws: Diagnostics.self) { try YAMLDocument.load("/") }
        #expect(throws: Diagnostics.self) { try YAMLDocument.load("/nowhere/at/all.yml") }
    }

    @Test func commentsAreKept() throws {
        let text = """
            # first
            a: "x # no comment" # second
            b: | # third
              # no comment
            # fourth
            c: it's#5 # sixth
            """
        let comments = try YAMLDocument(parsing: text).comments
        #expect(comments.map(\.text) == ["# first", "# second", "# third", "# fourth", "# sixth"])
        #expect(comments.map(\.line) == [1, 2, 3, 5, 6])
        #expect(comments.map(\.ownsLine) == [true, false, false, true, false])
    }

    @Test func columnsCountCharacters() throws {
        let root = try #require(try YAMLDocument(parsing: "ä: ö\n\"€\": [ü, x]\n").root)
        #expect(root["€"]?.sequence?[1].position.description == "2:10")
        let many = String(repeating: "é", count: 1000)
        #expect(try YAMLDocument(parsing: "[\(many), x]").root?.sequence?[1].position.column == 1004)
    }
}

@Suite("Types of scalars")
struct YAMLScalarTests {
    @Test func resolveAsGoYamlDoes() {
        let cases: [(String, YAMLValue)] = [
            ("", .null), ("~", .null), ("null", .null), ("nULL", .string("nULL")), ("true", .boolean(true)),
            ("yes", .string("yes")), ("10", .integer(10)), ("-0x1F", .integer(-31)), ("010", .integer(8)),
            ("0b11", .integer(3)), ("1_000", .integer(1000)), ("18446744073709551615", .unsigned(.max)),
            ("1e3", .float(1000)), (".5", .float(0.5)), ("5.", .float(5)), ("+.inf", .float(.infinity)),
            ("1.2.3", .string("1.2.3")), ("5m", .string("5m")), ("-", .string("-")), ("inf", .string("inf")),
            ("0x", .string("0x")), ("08", .float(8)), ("+-1", .string("+-1")),
        ]
        for (text, value) in cases { #expect(YAMLScalar(text).resolved == value, "\(text)") }
        #expect(YAMLScalar("5", style: .doubleQuoted).resolved == .string("5"))
        #expect(YAMLScalar("5", tag: .string).resolved == .string("5"))
    }

    @Test func readAsTheTypeAskedFor() throws {
        #expect(YAMLScalar("yes").boolean == true)
        #expect(YAMLScalar("off").boolean == false)
        #expect(YAMLScalar("yes", style: .doubleQuoted).boolean == nil)
        #expect(YAMLScalar("1.9").integer == 1)
        #expect(YAMLScalar("5", style: .singleQuoted).integer == nil)
        #expect(YAMLScalar("5").double == 5)
        let root = try #require(try YAMLDocument(parsing: "a: !!binary aMOkbA==\nb: !!int '5'").root)
        #expect(root["a"]?.scalar?.text == "häl")
        #expect(root["b"]?.scalar?.integer == 5)
    }
}

@Suite("Places inside scalars")
struct YAMLScalarMapTests {
    /// The place of the first `@` of the text must be where `@` stands in the source.
    @Test(
        "are those of the source",
        arguments: [
            "a: b @c", "a: b\n  c @d", "a: 'it''s @ x'", "a: 'x\n\n\n  y @'", "a: \"\\t\\u00e4\\x41 @\"",
            "a: \"x \\\n   y @\"", "a: |\n  x\n    y\n\n  @z\n", "a: >-\n  x\n  y\n\n  z\n    more\n  @\n",
            "a: |2\n    x\n   @\n", "a: &n !!str |+\n    x\n\n    @\n\n\nb: c", "a: >\n  ä x\n  ü @\n",
            "- |-\n x\n\n\n @", "a: # c\n  'x @'", "a: |\r\n  x\r\n  @\r\nb: c\r\n", "a: x\r\n  y @",
        ])
    func placesInScalars(_ text: String) throws {
        let root = try #require(try YAMLDocument(parsing: text).root)
        let node = try #require(root["a"] ?? root.sequence?.first)
        let scalar = try #require(node.scalar)
        let inText = try #require(scalar.text.utf8.firstIndex(of: UInt8(ascii: "@")))
        let inSource = try #require(text.utf8.firstIndex(of: UInt8(ascii: "@")))
        let offset = scalar.text.utf8.distance(from: scalar.text.utf8.startIndex, to: inText)
        let expected = SourcePosition(
            offset: text.utf8.distance(from: text.utf8.startIndex, to: inSource),
            in: text.replacing("\r\n", with: " \n"))
        #expect(node.position(ofUTF8Offset: offset) == expected)
    }

    @Test func theEndIsBehindTheLastVisibleCharacter() throws {
        let root = try #require(try YAMLDocument(parsing: "a: |\n  x +\n\n\nb: 1\n").root)
        #expect(root["a"]?.position(ofUTF8Offset: 4).description == "2:6")
        #expect(root["b"]?.position(ofUTF8Offset: 99).description == "5:5")
    }
}

@Suite("Typed reading")
struct YAMLDecodingTests {
    @Test func everythingWrongIsReported() throws {
        let text = "name: [1]\ninterval: 5\nlimt: 3\nok: yes\nseverity: page\nlist: {a: b}\n"
        let decoding = YAMLDecoding()
        let root = try #require(try YAMLDocument(parsing: text, file: "f").root)
        let reader = try #require(decoding.mapping(root, as: "group"))
        #expect(reader.string("name") == nil)
        #expect(reader.duration("interval") == nil)
        #expect(reader.int("limit") == nil)
        #expect(reader.bool("ok") == true)
        #expect(reader.list("list") == nil)
        reader.require("rules")
        reader.finish(hints: ["severity": "it belongs under 'labels'"])
        #expect(
            decoding.sortedDiagnostics.map(\.description) == [
                "f:1:1: error: group needs 'rules'",
                "f:1:7: error: 'name' must be text, not a list",
                "f:2:11: error: 'interval' must be a duration such as 30s, 5m or 1h30m, not '5' "
                    + "(a unit is missing: 5s?)",
                "f:3:1: error: unknown key 'limt' in group (did you mean 'limit'?)",
                "f:5:1: error: unknown key 'severity' in group (it belongs under 'labels')",
                "f:6:7: error: 'list' must be a list, not a mapping",
            ])
    }

    @Test func nothingReadsAsAbsent() throws {
        let decoding = YAMLDecoding()
        let root = try #require(try YAMLDocument(parsing: "a:\nb: ~\nl: {x: , y: 5}").root)
        let reader = try #require(decoding.mapping(root, as: "thing"))
        #expect(reader.string("a") == nil)
        #expect(reader.duration("b") == nil)
        #expect(reader.stringPairs("l").map(\.text) == ["", "5"])
        reader.finish()
        #expect(decoding.diagnostics.isEmpty)
    }
}
