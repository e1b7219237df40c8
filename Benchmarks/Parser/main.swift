import Base
import BenchmarkSupport
import Glibc
import PromQL
import RuleFiles

// Parses 10,000 expressions of real rule files: those of rules/, and of the corpus where there is one.
// usage: bench-parser [--rounds 10] [--rules FOLDER]

/// Files below a folder that may hold rules.
func ruleFiles(_ folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var found: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name.hasPrefix(".") { continue }
        let path = folder + "/" + name
        if name.hasSuffix(".yml") || name.hasSuffix(".yaml") { found.append(path) } else { found += ruleFiles(path) }
    }
    return found.sorted()
}

let corpus = getenv("RULEVAL_CORPUS").map { String(cString: $0) } ?? "../shared/corpus"
let given = BenchmarkArguments.text("rules", "")
let folders = given.isEmpty ? ["rules", corpus + "/rules"] : [given]
var texts: [String] = []
for path in folders.flatMap(ruleFiles) {
    let file = RuleFileLoader.load(path: path).file
    for group in file?.groups ?? [] { texts += group.rules.map(\.expression.text) }
}
texts = texts.filter { (try? PromQLParser.parse($0)) != nil }
let different = texts.count
precondition(different > 0, "run it in the package's folder, or name a folder of rule files by --rules")

let count = 10_000
let rounds = BenchmarkArguments.number("rounds", 10)
var bytes = 0
for index in 0..<count { bytes += texts[index % different].utf8.count }
var best = Double.infinity
for _ in 0..<rounds {
    let begin = ProcessorTime.now
    for index in 0..<count { _ = try? PromQLParser.parse(texts[index % different]) }
    best = min(best, (ProcessorTime.now - begin).seconds * 1000)
}
print(
    "\(count) expressions (\(different) different ones of rule files, \(bytes / count) bytes on average): "
        + "\(GoFloat.string(best, .fixed, precision: 1)) ms of processor time, best of \(rounds) rounds")
