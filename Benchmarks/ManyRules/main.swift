import Alerts
import Base
import Glibc
import QueryEngine
import RuleFiles
import Ruler
import Synchronization
import TimeSeries

// Runs very many rules against a source that answers at once: are all ticks kept, and what does a rule weigh?
// usage: bench-many [--rules 100000] [--groups 5000] [--interval 60] [--seconds 180] [--place remote|local]

func argument(_ name: String, _ otherwise: String) -> String {
    guard let index = CommandLine.arguments.firstIndex(of: name), index + 1 < CommandLine.arguments.count else {
        return otherwise
    }
    return CommandLine.arguments[index + 1]
}

/// Counts what the rules do.
final class CountingSink: RulerSink {
    struct Counts {
        var evaluations = 0
        var failures = 0
        var ticks = 0
        var missed = 0
        var longest = Duration.zero
    }
    let counts = Mutex(Counts())

    func persist(_: AlertStateChanges) async {}
    func send(_: [PostedAlert]) async {}
    func record(_: [RecordedSample]) async {}
    func observe(_ observation: EvaluationObservation) {
        counts.withLock { counts in
            switch observation {
            case .rule(_, _, _, _, let error, _):
                counts.evaluations += 1
                if error != nil { counts.failures += 1 }
            case .warned: break
            case .group(_, _, let duration, let missed, _):
                counts.ticks += missed == 0 ? 1 : 0
                counts.missed += missed
                counts.longest = max(counts.longest, duration)
            }
        }
    }
}

/// Answers every expression with one sample.
struct QuickServer: InstantQuerying {
    func instant(_ expression: String, at time: Timestamp, timeout: Duration) async throws -> QueryResult {
        Self.answer(time)
    }

    func instants(
        _ expressions: [String], at time: Timestamp, timeout: Duration
    ) async -> [Result<QueryResult, any Error>] {
        expressions.map { _ in .success(Self.answer(time)) }
    }

    private static func answer(_ time: Timestamp) -> QueryResult {
        QueryResult(value: .vector([VectorSample(labels: ["job": "a"], timestamp: time, value: .float(1))]))
    }
}

func resident() -> Double {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 128)
    guard fgets(&buffer, 128, file) != nil else { return 0 }
    let words = String(decoding: buffer.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
    return Double(words.count > 1 ? Int(words[1]) ?? 0 : 0) * 4096
}

func shown(_ value: Double, _ digits: Int = 1) -> String { GoFloat.string(value, .fixed, precision: digits) }

let rules = Int(argument("--rules", "100000")) ?? 100_000
let groups = Int(argument("--groups", "5000")) ?? 5000
let interval = Int(argument("--interval", "60")) ?? 60
let seconds = Int(argument("--seconds", "180")) ?? 180
let isLocal = argument("--place", "remote") == "local"

func file() -> RuleFile? {
    var text = "groups:\n"
    for group in 0..<groups {
        text += "  - name: group-\(group)\n    interval: \(interval)s\n    rules:\n"
        for rule in 0..<(rules / groups) {
            text += "      - alert: A\(group)x\(rule)\n"
            text +=
                "        expr: 'sum by (job) (rate(http_requests_total{job=\"a\",code=\"\(rule)\"}[5m])) > \(group)'\n"
            text += "        for: 5m\n        labels: {severity: page}\n"
            text += "        annotations: {summary: '{{ $labels.job }} is at {{ $value }}'}\n"
        }
    }
    return RuleFileLoader.load(text: text, path: "rules.yml").file?.withoutPlaces
}

func main() async {
    let sink = CountingSink()
    let ruler = Ruler(sink: sink, clock: SystemClock())
    let store = EmbeddedStore()
    let now = SystemClock().now()
    for code in 0..<20 {
        for second in stride(from: -600, through: seconds + 60, by: 15) {
            let labels: Labels = ["__name__": "http_requests_total", "job": "a", "code": "\(code)"]
            try? store.append(.float(Double(second + 1000)), labels, at: now + .seconds(second))
        }
    }
    let before = resident()
    let began = ContinuousClock.now
    if let file = file() {
        let loaded = resident()
        var querier = RuleQuerier(source: store, server: isLocal ? nil : QuickServer(), overlay: EmbeddedStore())
        querier.policy = .always(isLocal ? .local : .remote)
        await ruler.load([file], settings: RulerSettings(), querier: querier)
        print(
            "\(rules) rules in \(groups) groups read in \(shown((ContinuousClock.now - began).seconds)) s: "
                + "\(shown((loaded - before) / Double(rules) / 1024, 2)) KB a rule as read, "
                + "\(shown((resident() - before) / Double(rules) / 1024, 2)) KB ready")
    }
    await ruler.start()
    let cpu = clock()
    try? await Task.sleep(for: .seconds(seconds))
    let used = Double(clock() - cpu) / Double(CLOCKS_PER_SEC)
    let counts = sink.counts.withLock { $0 }
    print(
        "\(seconds) s: \(counts.evaluations) evaluations, \(counts.failures) failed, \(counts.ticks) ticks, "
            + "\(counts.missed) missed, longest \(shown(counts.longest.seconds * 1000)) ms; "
            + "\(shown(used / Double(seconds) * 100)) % of a core, "
            + "\(shown(resident() / Double(rules) / 1024, 2)) KB a rule in all")
}

await main()
