import Base
import Glibc
import GoTemplate

// Expands templates that were read once: 10,000 annotations of five actions each, as rules and notifications have them.
// usage: bench-templates [--rounds 10]

func argument(_ name: String, _ otherwise: Int) -> Int {
    guard let index = CommandLine.arguments.firstIndex(of: name), index + 1 < CommandLine.arguments.count else {
        return otherwise
    }
    return Int(CommandLine.arguments[index + 1]) ?? otherwise
}

/// Processor time of this process in user mode, in milliseconds.
func userTime() -> Double {
    var usage = rusage()
    getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_utime.tv_sec) * 1000 + Double(usage.ru_utime.tv_usec) / 1000
}

func shown(_ milliseconds: Double) -> String { GoFloat.string(milliseconds, .fixed, precision: 1) }

let count = 10_000
let rounds = argument("--rounds", 10)

/// The shortest of several rounds of 10,000 runs.
func measure(_ name: String, _ run: (Int) -> Int) {
    var best = (wall: Double.infinity, user: Double.infinity)
    var bytes = 0
    for _ in 0..<rounds {
        let clock = ContinuousClock()
        let (begin, user) = (clock.now, userTime())
        bytes = 0
        for index in 0..<count { bytes += run(index) }
        best.user = min(best.user, userTime() - user)
        best.wall = min(best.wall, (clock.now - begin).seconds * 1000)
    }
    print("\(shown(best.wall))\t\(shown(best.user))\t\(bytes / count)\t\(name)")
}

print("\(count) runs; best of \(rounds) rounds, milliseconds")
print("wall\tuser\tbytes\ttemplate")

let alerts = (0..<100).map { index in
    RuleTemplate.Data(
        labels: [
            "alertname": "Latency", "instance": "web-\(index).example:9090", "job": "api", "severity": "critical",
            "zone": "eu-\(index % 3)",
        ], externalLabels: ["cluster": "eu"], externalURL: "http://prometheus.example", value: Double(index) * 1234.5)
}

for (name, text) in BenchmarkTemplates.annotations {
    let template = try RuleTemplate(alert: "Latency", text: text)
    measure("rule: \(name)") { index in
        template.expand(alerts[index % alerts.count], at: Timestamp(milliseconds: Int64(index))).text?.utf8.count ?? 0
    }
}
for (name, text) in BenchmarkTemplates.notifications {
    let set = try TemplateSet(name: "t", text: text, functions: .alertmanager)
    let escaped = try set.escapedForHTML("t")
    let data = BenchmarkTemplates.notification.value
    measure("notification: \(name)") { _ in set.execute("t", data: data).text?.utf8.count ?? 0 }
    measure("notification as HTML: \(name)") { _ in escaped.execute("t", data: data).text?.utf8.count ?? 0 }
}
