import Testing
import TimeSeries

@Suite("Label sets")
struct LabelsTests {
    @Test func collectedInAnyOrderAreTheSameSet() {
        var random = SystemRandomNumberGenerator()
        for count in [0, 1, 2, 5, 31, 32, 33, 70] {
            for _ in 0..<20 {
                // Names repeat now and then: the last value counts.
                let pairs = (0..<count).map { ("n\(Int.random(in: 0...count, using: &random))", "v\($0)") }
                var collector = LabelsCollector()
                for (name, value) in pairs {
                    Array(name.utf8).withUnsafeBufferPointer { name in
                        Array(value.utf8).withUnsafeBufferPointer { collector.append(name: name, value: $0) }
                    }
                }
                #expect(collector.finish() == Labels(pairs), "\(pairs)")
            }
        }
    }

    @Test func sharesWhatBothHave() {
        let first = Labels(keepingEmpty: [("a", "1"), ("b", "2"), ("c", ""), ("d", ""), ("e", "5")])
        let second = Labels(keepingEmpty: [("a", "1"), ("b", "3"), ("d", "x"), ("e", "5"), ("f", "6")])
        #expect(first.sharing(with: second) == Labels(keepingEmpty: [("a", "1"), ("c", ""), ("e", "5")]))
        #expect(first.sharing(with: first) == first)
        #expect(first.sharing(with: .empty) == Labels(keepingEmpty: [("c", ""), ("d", "")]))
        #expect(Labels.empty.sharing(with: first).isEmpty)
    }

    private let labels: Labels = ["__name__": "up", "job": "api", "instance": "a:9090", "empty": ""]

    @Test func areSortedAndLoseEmptyValues() {
        #expect(labels.map(\.name) == ["__name__", "instance", "job"])
        #expect(labels == Labels([("job", "api"), ("instance", "a:9090"), ("__name__", "up")]))
        #expect(labels["empty"] == nil)
        #expect(labels.value(of: "job") == "api")
    }

    @Test func ofDoublesTheLastWins() {
        #expect(Labels([("a", "1"), ("a", "2")]).value(of: "a") == "2")
    }

    @Test func longValuesSurvive() {
        let long = String(repeating: "x", count: 70_000)
        #expect(Labels([("a", long), ("b", "1")])["b"] == "1")
        #expect(Labels([("a", long)])["a"] == long)
    }

    @Test func areCutToNames() {
        let names = LabelNames(["job", "absent"])
        #expect(labels.keeping(names) == ["job": "api"])
        #expect(labels.dropping(names) == ["__name__": "up", "instance": "a:9090"])
        #expect(labels.droppingMetricNameAnd(names) == ["instance": "a:9090"])
        #expect(labels.droppingMetricName == ["instance": "a:9090", "job": "api"])
        #expect(
            labels.hash(keeping: names)
                == Labels(["job": "api", "x": "y"].map { ($0.key, $0.value) }).hash(keeping: names))
    }

    @Test func compareNameByName() {
        #expect(Labels(["a": "2"].map { ($0.key, $0.value) }) < ["b": "1"])
        #expect(Labels([("a", "1")]) < Labels([("a", "1"), ("b", "1")]))
        #expect(!((["a": "1"] as Labels) < ["a": "1"]))
        #expect(Labels([("a", "1")]) < Labels([("a", "10")]))
        // As label by label: names first, then values, each by its bytes.
        let texts = [
            "", "a", "b", "aa", "ab", String(repeating: "a", count: 300), "ü", "same-beginning-1", "same-beginning-2",
        ]
        let sets = texts.flatMap { one in
            texts.map { Labels([("job", one), ("zone", $0), ("name-" + one, "x")]) }
        }
        for a in sets {
            for b in sets {
                let left = a.flatMap { [Array($0.name.utf8), Array($0.value.utf8)] }
                let right = b.flatMap { [Array($0.name.utf8), Array($0.value.utf8)] }
                let isLess = left.lexicographicallyPrecedes(right) { $0.lexicographicallyPrecedes($1) }
                #expect((a < b) == isLess)
            }
        }
    }

    @Test func printAsPrometheusPrints() {
        #expect(labels.description == "up{instance=\"a:9090\", job=\"api\"}")
        #expect(Labels.empty.description == "{}")
        #expect(
            (["__name__": "my metric", "a b": "x\n\"é"] as Labels).description
                == "{\"my metric\", \"a b\"=\"x\\n\\\"é\"}")
    }

    @Test func matchersTreatAbsentAsEmpty() throws {
        #expect(try LabelMatcher("x", .matches, ".*").matches(labels))
        #expect(LabelMatcher("x", equals: "").matches(labels))
        #expect(try LabelMatcher("x", .notEqual, "y").matches(labels))
        #expect(try !LabelMatcher("job", .matches, "a").matches(labels))
        #expect(try LabelMatcher("job", .notMatches, "a").matches(labels))
        #expect(LabelMatcher("a b", equals: "q").description == "\"a b\"=\"q\"")
    }
}

@Suite("Setting a label")
struct LabelSettingTests {
    @Test(
        "adds, replaces and takes away at any place",
        arguments: [
            ("a", "1"), ("b", "x"), ("bb", "2"), ("c", ""), ("nope", ""), ("zz", "9"), ("", "0"), ("b", ""),
            ("d", String(repeating: "v", count: 300)),
        ])
    func agreesWithTheBuilder(_ name: String, _ value: String) {
        let labels: Labels = ["__name__": "m", "b": "1", "c": "2", "z": "3"]
        var builder = LabelsBuilder(labels)
        builder[name] = value
        #expect(labels.setting(name, to: value) == builder.labels)
        #expect(Labels.empty.setting(name, to: value) == (value.isEmpty ? .empty : Labels([(name, value)])))
    }
}
