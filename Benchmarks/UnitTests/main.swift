import Base
import Glibc

// Processor time of `ruleval test` beside `promtool test rules`: 200 test groups of 1,000 samples a series each, both
// programs in turn. usage: bench-unit-tests [--rounds 3] [--groups 200] [--samples 1000] [--ruleval PATH]

func argument(_ name: String) -> String? {
    guard let index = CommandLine.arguments.firstIndex(of: name), index + 1 < CommandLine.arguments.count else {
        return nil
    }
    return CommandLine.arguments[index + 1]
}

let rounds = argument("--rounds").flatMap { Int($0) } ?? 3
let groups = argument("--groups").flatMap { Int($0) } ?? 200
let samples = argument("--samples").flatMap { Int($0) } ?? 1000
let ruleval = argument("--ruleval") ?? ".build/release/ruleval"
let promtool = ".peers/usr/bin/promtool"

guard access(promtool, X_OK) == 0 else {
    print("unit tests: no promtool in .peers; run `make peers`")
    exit(0)
}

let folder = "/tmp/ruleval-bench-\(getpid())"
mkdir(folder, 0o700)
let tests = folder + "/a_test.yml"
let input = UnitTestInput(groups: groups, samples: samples)
try write(input.rules, to: folder + "/rules.yml")
try write(input.tests, to: tests)
defer {
    unlink(folder + "/rules.yml")
    unlink(tests)
    rmdir(folder)
}

var ours: [ProgramCost] = []
var theirs: [ProgramCost] = []
print("\(groups) test groups of \(samples) samples a series; \(rounds) rounds, both in turn")
print("round\truleval CPU s\tpromtool CPU s\truleval MB\tpromtool MB\tratio of CPU")
for round in 1...max(1, rounds) {
    let our = try ProgramCost.of(ruleval, ["test", tests])
    let their = try ProgramCost.of(promtool, ["test", "rules", tests])
    ours.append(our)
    theirs.append(their)
    print("\(round)\t\(line(our, their))")
}
let our = ProgramCost.median(ours)
let their = ProgramCost.median(theirs)
print("median\t\(line(our, their))")

func line(_ our: ProgramCost, _ their: ProgramCost) -> String {
    func shown(_ number: Double, _ digits: Int) -> String { GoFloat.string(number, .fixed, precision: digits) }
    return [
        shown(our.seconds, 2), shown(their.seconds, 2), shown(our.megabytes, 0), shown(their.megabytes, 0),
        shown(our.seconds / their.seconds, 4),
    ].joined(separator: "\t")
}

func write(_ text: String, to path: String) throws {
    guard let file = fopen(path, "w") else { throw Diagnostic("\(path) cannot be written") }
    fputs(text, file)
    fclose(file)
}
