import Base
import PromQL
import Testing
import TimeSeries

@testable import RuleTests

@Suite("PromQL scripts")
struct ScriptRunnerTests {
    static let folder = #filePath.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/Scripts"

    static func scripts() throws -> [PromQLScript] {
        let own = try PathGlob.expand(folder + "/*.test")
        let corpus = try CorpusScriptTests.folder.map { try PathGlob.expand($0 + "/*.test") } ?? []
        return try (own + corpus).map {
            let bytes = try TextFile.read($0, maximumBytes: ScriptRunner.maximumBytes)
            return ScriptParser.parse(String(decoding: bytes, as: UTF8.self), file: $0)
        }
    }

    @Test func ownScriptsPass() throws {
        let files = try PathGlob.expand(Self.folder + "/*.test")
        #expect(files.count == 5)
        var report = ScriptReport()
        for file in files { report.append(try ScriptRunner().run(path: file)) }
        for failure in report.failures { Issue.record("\(failure)") }
        let evals = try files.map { path in
            let text = String(decoding: try TextFile.read(path, maximumBytes: ScriptRunner.maximumBytes), as: UTF8.self)
            return text.split(separator: "\n").count { $0.hasPrefix("eval") }
        }
        #expect(report.passed == evals.reduce(0, +))
        #expect(evals.allSatisfy { $0 > 0 })
    }

    private static let data = """
        load 1m
          m{l="a"} 1+1x5
          m{l="b"} {{count:1 sum:2 buckets:[1]}}


        """

    @Test(
        "whatever is wrong with an expectation is found",
        arguments: [
            // A value, a label, a series too few or too many, the kind of a value.
            "eval instant at 1m m{l=\"a\"}\n m{l=\"a\"} 2.00001", "eval instant at 1m m{l=\"a\"}\n m{l=\"c\"} 2",
            "eval instant at 1m m{l=\"a\"}\n {l=\"a\"} 2", "eval instant at 1m m\n m{l=\"a\"} 2",
            "eval instant at 1m m",
            "eval instant at 1m m{l=\"a\"}\n m{l=\"a\"} 2\n m{l=\"b\"} 2",
            "eval instant at 1m m{l=\"a\"} * 0\n {l=\"a\"} 1e-300",
            "eval instant at 1m m{l=\"a\"}\n m{l=\"a\"} {{}}", "eval instant at 1m m{l=\"b\"}\n m{l=\"b\"} 1",
            "eval instant at 1m m{l=\"b\"}\n m{l=\"b\"} {{count:1 sum:2 buckets:[0 1]}}",
            "eval instant at 1m m{l=\"b\"}\n m{l=\"b\"} {{count:1 sum:2 buckets:[1] counter_reset_hint:gauge}}",
            "eval instant at 1m m{l=\"b\"}\n m{l=\"b\"} {{schema:1 count:1 sum:2 buckets:[1]}}",
            // Ranges.
            "eval range from 0 to 2m step 1m m{l=\"a\"}\n m{l=\"a\"} 1 2",
            "eval range from 0 to 2m step 1m m{l=\"a\"}\n m{l=\"a\"} 1 2 4",
            "eval range from 0 to 2m step 1m m{l=\"a\"}\n m{l=\"a\"} 1 2 3 4",
            "eval range from 0 to 2m step 1m m{l=\"a\"}\n m{l=\"a\"} _ 2 3",
            "eval range from 0 to 2m step 1m m{l=\"a\"}",
            "eval range from 0 to 2m step 1m m{l=\"a\"}\n expect ordered\n m{l=\"a\"} 1 2 3",
            // Failures.
            "eval instant at 1m m\n expect fail", "eval_fail instant at 1m m",
            "eval instant at 1m m + on() m",
            "eval instant at 1m count_values(\"\", m)\n expect fail msg: something else",
            "eval instant at 1m count_values(\"\", m)\n expect fail regex: ^nothing",
            "eval instant at 1m sum(\n expect fail", "eval instant at 1m m{l=\"a\"}\n expect fail\n expect fail",
            // Annotations.
            "eval instant at 1m m{l=\"a\"}\n expect warn\n m{l=\"a\"} 2",
            "eval_info instant at 1m m{l=\"a\"}\n m{l=\"a\"} 2",
            "eval instant at 1m quantile(2, m{l=\"a\"})\n expect no_warn\n {} Inf",
            "eval instant at 1m quantile(2, m{l=\"a\"})\n expect warn msg: PromQL warning: else\n {} Inf",
            "eval instant at 1m quantile(2, m{l=\"a\"})\n expect warn\n expect no_warn\n {} Inf",
            // Scalars and strings.
            "eval instant at 1m 1 + 1\n 3", "eval instant at 1m 1 + 1", "eval instant at 1m 1 + 1\n {} 2",
            "eval instant at 1m m{l=\"a\"}\n 2",
            "eval instant at 1m \"x\"\n expect string \"y\"", "eval instant at 1m \"x\"",
            "eval instant at 1m \"x\"\n expect string x",
            // Order, range vectors, statements.
            "eval instant at 1m sort_desc(m{l=\"a\"} or vector(1))\n expect ordered\n {} 1\n m{l=\"a\"} 2",
            "eval instant at 1m m{l=\"a\"}[2m]\n m{l=\"a\"} 2",
            "eval instant at 1m m{l=\"a\"}[2m]\n expect range vector from 0 to 1m step 1m\n m{l=\"a\"} 1 3",
            "eval instant at 1m m{l=\"a\"}\n expect nothing\n m{l=\"a\"} 2", "eval instant m{l=\"a\"}\n m{l=\"a\"} 2",
            "eval range from 2m to 1m step 1m m{l=\"a\"}", "evil instant at 1m m",
            "eval instant at 1m m{l=\"a\"}\n m{l=\"a\"} 2 2",
            "eval instant at 1m m{l=\"a\"}\n m{l=\"a\"} 2\n m{l=\"a\"} 2",
        ])
    func falsified(statement: String) {
        let report = ScriptRunner().run(Self.data + statement)
        #expect(report.passed == 0)
        #expect(report.failed == 1)
        #expect(report.failures.first.map { $0.line >= 5 } == true)
    }

    @Test func aBadStatementEndsNothing() {
        let report = ScriptRunner().run(
            """
            load 1m
              m 1 2 bad

            nonsense
            more nonsense

            load 1m
              m 1 2
            # comments end statements
            eval instant at 1m m
              m 2

            eval instant at 1m m +

            eval instant at 0s 1
              1
            eval instant at 0s 2
              2
            clear
            eval instant at 0s m
            """, file: "f.test")
        #expect(report.passed == 4)
        #expect(report.failures.map(\.line) == [2, 4, 13])
        #expect(report.failures[0].description == "f.test:2: column 7: expected a number, found \"bad\"")
    }

    @Test func repeatedLoadsAddAndTheLastLineOfASeriesCounts() {
        let report = ScriptRunner().run(
            """
            load 1m
              m 1
              m 5

            load 1m
              m _ 6
              n 7

            eval range from 0 to 1m step 1m m
              m 5 6

            load 1m
              m 9

            eval instant at 0s n
              n 7
            """)
        #expect(report.passed == 2)
        #expect(report.failures.map(\.line) == [12])
    }

    @Test func linesMayEndInCarriageReturns() {
        #expect(ScriptRunner().run("load 1m\r\n  m 1\r\n\r\neval instant at 0s m\r\n  m 1\r\n").passed == 1)
    }

    /// Ways to make every expectation of a script wrong.
    enum Falsification: CaseIterable {
        case extraSeries, missingSeries, otherLabel, otherValue, otherFailure

        /// The eval made wrong; nil where this way does not apply.
        func apply(_ eval: PromQLScript.Eval) -> PromQLScript.Eval? {
            var eval = eval
            let takesSeries = eval.scalar == nil && eval.string == nil && eval.failure == nil
            switch self {
            case .extraSeries:
                guard takesSeries else { return nil }
                eval.series.append(.init(labels: ["__name__": "falsified"], values: [.float(1)], line: 0))
            case .missingSeries:
                guard let index = eval.series.firstIndex(where: { $0.values.contains { $0.sample != nil } })
                else { return nil }
                eval.series.remove(at: index)
            case .otherLabel:
                guard let index = eval.series.firstIndex(where: { $0.values.contains { $0.sample != nil } }) else {
                    return nil
                }
                eval.series[index].labels = eval.series[index].labels.setting("falsified", to: "x")
            case .otherValue:
                if let scalar = eval.scalar {
                    eval.scalar = scalar.isFinite ? scalar + scalar.magnitude / 1000 + 1 : 0
                } else if let string = eval.string {
                    eval.string = string + "x"
                } else {
                    guard let series = eval.series.firstIndex(where: { $0.values.contains { $0.sample != nil } }),
                        let value = eval.series[series].values.firstIndex(where: { $0.sample != nil })
                    else { return nil }
                    switch eval.series[series].values[value] {
                    case .none: return nil
                    case .float(let float):
                        let wrong = float.isFinite ? float + float.magnitude / 1000 + 1 : 0
                        eval.series[series].values[value] = .float(wrong)
                    case .histogram(var histogram, let stated):
                        histogram.sum = histogram.sum.isFinite ? histogram.sum + histogram.sum.magnitude / 1000 + 1 : 0
                        eval.series[series].values[value] = .histogram(histogram, statesHint: stated)
                    }
                }
            case .otherFailure: eval.failure = eval.failure == nil ? .any : .exact("no query fails like this")
            }
            return eval
        }
    }

    @Test("no falsified eval passes", arguments: Falsification.allCases)
    func falsified(_ way: Falsification) throws {
        var falsified = 0
        for var script in try Self.scripts() {
            for (index, statement) in script.statements.enumerated() {
                guard case .eval(let eval) = statement.action else { continue }
                if let wrong = way.apply(eval) {
                    script.statements[index].action = .eval(wrong)
                    falsified += 1
                } else {
                    script.statements[index].action = .unreadable(message: "not falsified", line: 0)
                }
            }
            let report = ScriptRunner().run(script)
            #expect(report.passed == 0, "\(script.file)")
        }
        #expect(falsified > 60)
    }
}
