import Base
import YAML

extension UnitTestFile {
    /// Reads a document without running it: how many cases it has, and what is wrong with its form or its series.
    public static func check(_ document: YAMLDocument, path: String) -> (cases: Int, problems: [Diagnostic]) {
        var loader = UnitTestLoader(path: path)
        do throws(Diagnostics) {
            let file = try loader.load(document)
            return (file.cases.count, loader.broken.sorted { $0.key < $1.key }.map(\.value))
        } catch {
            return (0, error.all)
        }
    }
}
