import Base
import TimeSeries

/// Expected alerts held against those that fire.
struct AlertDifference {
    let match: UnitTestFile.AlertCheck.Match
    /// Expected and firing alerts that belong together and differ.
    private(set) var pairs: [(expected: UnitTestFile.ExpectedAlert, got: UnitTestFile.ExpectedAlert)] = []
    /// Expected and not there.
    private(set) var missing: [UnitTestFile.ExpectedAlert] = []
    /// There and not expected.
    private(set) var surplus: [UnitTestFile.ExpectedAlert] = []

    /// Whether all that is expected is there, and nothing else.
    var isEmpty: Bool { pairs.isEmpty && missing.isEmpty && surplus.isEmpty }

    init(
        expected: [UnitTestFile.ExpectedAlert], got: [UnitTestFile.ExpectedAlert],
        match: UnitTestFile.AlertCheck.Match
    ) {
        self.match = match
        switch match {
        case .exact: cancelEqual(expected, got)
        case .subset: assign(expected, got)
        }
        pairUp()
    }

    private mutating func cancelEqual(_ expected: [UnitTestFile.ExpectedAlert], _ got: [UnitTestFile.ExpectedAlert]) {
        var counts: [UnitTestFile.ExpectedAlert: Int] = [:]
        for alert in got { counts[alert, default: 0] += 1 }
        for alert in expected {
            if let count = counts[alert], count > 0 { counts[alert] = count - 1 } else { missing.append(alert) }
        }
        for alert in got.reversed() where counts[alert, default: 0] > 0 {
            counts[alert, default: 0] -= 1
            surplus.append(alert)
        }
        surplus.reverse()
    }

    /// Gives each expected alert one that has all it names; who comes first never takes away what only another can use.
    private mutating func assign(_ expected: [UnitTestFile.ExpectedAlert], _ got: [UnitTestFile.ExpectedAlert]) {
        var owner: [Int?] = Array(repeating: nil, count: got.count)
        func claim(_ index: Int, _ tried: inout Set<Int>) -> Bool {
            for place in got.indices where Self.has(got[place], expected[index]) && tried.insert(place).inserted {
                if let other = owner[place], !claim(other, &tried) { continue }
                owner[place] = index
                return true
            }
            return false
        }
        for index in expected.indices {
            var tried: Set<Int> = []
            if !claim(index, &tried) { missing.append(expected[index]) }
        }
        surplus = got.indices.filter { owner[$0] == nil }.map { got[$0] }
    }

    private static func has(_ got: UnitTestFile.ExpectedAlert, _ expected: UnitTestFile.ExpectedAlert) -> Bool {
        expected.labels.allSatisfy { got.labels.value(of: $0.name) == $0.value }
            && expected.annotations.allSatisfy { got.annotations.value(of: $0.name) == $0.value }
    }

    /// Puts what is missing beside the surplus that is most like it.
    private mutating func pairUp() {
        // Beyond some number nobody reads pairs, and looking for them takes long.
        guard missing.count * surplus.count <= 10_000 else { return }
        let wanted = missing
        missing = []
        for alert in wanted {
            let nearest = surplus.indices.max { left, right in
                Self.likeness(alert, surplus[left]) < Self.likeness(alert, surplus[right])
            }
            guard let nearest else {
                missing.append(alert)
                continue
            }
            pairs.append((alert, surplus.remove(at: nearest)))
        }
    }

    private static func likeness(_ a: UnitTestFile.ExpectedAlert, _ b: UnitTestFile.ExpectedAlert) -> Int {
        a.labels.count { b.labels[$0.name] == $0.value } + a.annotations.count { b.annotations[$0.name] == $0.value }
    }

    // MARK: text

    /// Every difference on a line of its own.
    var lines: [String] {
        var lines: [String] = []
        for pair in pairs {
            lines.append("differs:")
            lines += differences(pair.expected.labels, pair.got.labels, "label")
            lines += differences(pair.expected.annotations, pair.got.annotations, "annotation")
        }
        for alert in missing { lines.append("missing: \(Self.show(alert))") }
        for alert in surplus { lines.append("not expected: \(Self.show(alert))") }
        return lines
    }

    /// Field by field what is expected and what was got.
    private func differences(_ expected: Labels, _ got: Labels, _ kind: String) -> [String] {
        var lines: [String] = []
        for (name, value) in expected where got[name] != value {
            let have = got[name].map { GoQuote.quoted($0) } ?? "none"
            lines.append("  \(kind) \(name): expected \(GoQuote.quoted(value)), got \(have)")
        }
        guard match == .exact else { return lines }
        for (name, value) in got where expected[name] == nil {
            lines.append("  \(kind) \(name): expected none, got \(GoQuote.quoted(value))")
        }
        return lines
    }

    private static func show(_ alert: UnitTestFile.ExpectedAlert) -> String {
        "labels \(alert.labels), annotations \(alert.annotations)"
    }
}

extension Labels {
    fileprivate func count(where isWanted: (Element) -> Bool) -> Int { reduce(0) { $0 + (isWanted($1) ? 1 : 0) } }
}
