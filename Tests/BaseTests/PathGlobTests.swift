import Base
import Glibc
import Testing

@Suite("File patterns")
struct PathGlobTests {
    @Test func matchNamesAsGoDoes() throws {
        let cases: [(String, String, Bool)] = [
            ("a.yml", "*.yml", true), ("a.yaml", "*.yml", false), ("abc", "a?c", true), ("ac", "a?c", false),
            ("b1", "[a-c][0-9]", true), ("d1", "[^a-c]1", true), ("b1", "[^a-c]1", false), ("*", "\\*", true),
            ("aXbXc", "a*b*c", true), ("", "*", true), (".hidden", "*", true), ("a]", "a[]]", true), ("äö", "ä?", true),
            ("aaab", "*aab", true),
        ]
        for (name, pattern, expected) in cases {
            #expect(try PathGlob.matches(name, pattern) == expected, "\(name) \(pattern)")
        }
        #expect(throws: Diagnostic.self) { try PathGlob.matches("a", "[a") }
    }

    @Test func findFilesInAnyDepth() throws {
        var template = Array("/tmp/ruleval-glob-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        let names = ["a.yml", "b.txt", "x/a.yml", "x/y/b.yml", "x/y/c.yaml"]
        mkdir(folder + "/x", 0o700)
        mkdir(folder + "/x/y", 0o700)
        mkdir(folder + "/d.yml", 0o700)
        for name in names { close(open("\(folder)/\(name)", O_CREAT | O_WRONLY, 0o600)) }
        defer {
            for name in names { unlink("\(folder)/\(name)") }
            for name in ["/d.yml", "/x/y", "/x", ""] { rmdir(folder + name) }
        }
        func found(_ pattern: String) throws -> [String] {
            try PathGlob.expand("\(folder)/\(pattern)").map { String($0.dropFirst(folder.count + 1)) }
        }
        #expect(try found("*.yml") == ["a.yml"])
        #expect(
            try PathGlob.expand(folder + "/*.yml", includesFolders: true) == [folder + "/a.yml", folder + "/d.yml"])
        #expect(try PathGlob.expand(folder + "/x", includesFolders: true) == [folder + "/x"])
        #expect(try PathGlob.expand(folder + "/x").isEmpty)
        #expect(try found("**/*.yml") == ["a.yml", "x/a.yml", "x/y/b.yml"])
        #expect(try found("x/**") == ["x/a.yml", "x/y/b.yml", "x/y/c.yaml"])
        #expect(try found("*/y/?.y*ml") == ["x/y/b.yml", "x/y/c.yaml"])
        #expect(try found("a.yml") == ["a.yml"])
        #expect(try found("nothing/*.yml") == [])
        #expect(try PathGlob.files(below: folder) { $0.hasSuffix(".yml") }.count == 3)
        #expect(throws: Diagnostic.self) { try PathGlob.expand("\(folder)/**/*.yml", limit: 3) }
    }
}
