@preconcurrency import Glibc

// `ruleval check` beside `promtool check rules` over a generated file: processor seconds and peak resident memory of
// the processes, interleaved, medians. usage: bench-check [RULES [ROUNDS]]; programs from RULEVAL and PROMTOOL.

/// What a process took.
struct Usage {
    var seconds: Double
    var megabytes: Double
}

/// A file of rules as services have them: ratios, quantiles, thresholds, templates.
func ruleFile(_ count: Int) -> String {
    var text = "groups:\n"
    for number in 0..<count {
        if number % 20 == 0 { text += "- name: service-\(number / 20)\n  interval: 30s\n  rules:\n" }
        let service = "service-\(number / 20)"
        switch number % 4 {
        case 0:
            text += """
                  - record: service:http_requests_\(number):rate5m
                    expr: sum by (job, code) (rate(http_requests_\(number)_total{service="\(service)"}[5m]))

                """
        case 1:
            text += """
                  - alert: HighErrorRate\(number)
                    expr: |
                      sum by (job) (rate(http_requests_total{service="\(service)", code=~"5.."}[5m]))
                        / sum by (job) (rate(http_requests_total{service="\(service)"}[5m])) > 0.0\(number % 9 + 1)
                    for: 10m
                    labels:
                      severity: critical
                      team: platform
                    annotations:
                      summary: "{{ $labels.job }} fails {{ $value | humanizePercentage }} of its requests"
                      runbook_url: https://runbooks.example.org/high-error-rate

                """
        case 2:
            text += """
                  - alert: SlowRequests\(number)
                    expr: histogram_quantile(0.99, sum by (job, le) (rate(http_request_seconds_bucket{service="\(service)"}[5m]))) > \(number % 7 + 1)
                    for: 5m
                    labels: {severity: warning}
                    annotations:
                      summary: "{{ $labels.job }} is slow"
                      description: "The 99th percentile is {{ $value | humanizeDuration }}."

                """
        default:
            text += """
                  - alert: Down\(number)
                    expr: up{service="\(service)", instance=~"host-\(number).*"} == 0 or absent(up{service="\(service)", shard="\(number)"})
                    for: 2m
                    labels: {severity: critical}
                    annotations: {summary: "{{ $labels.instance }} of \(service) is down"}

                """
        }
    }
    return text
}

/// Runs a program to its end, its output thrown away.
func run(_ words: [String]) -> Usage? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
        posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
    }
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var child: pid_t = 0
    guard posix_spawn(&child, words[0], &actions, nil, &arguments, environ) == 0 else { return nil }
    var status: Int32 = 0
    var usage = rusage()
    guard wait4(child, &status, 0, &usage) == child, status & 0x7F == 0 else { return nil }
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return Usage(
        seconds: seconds(usage.ru_utime) + seconds(usage.ru_stime), megabytes: Double(usage.ru_maxrss) / 1024)
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func shown(_ value: Double, _ digits: Int) -> String {
    let scale = digits == 2 ? 100.0 : 1000.0
    return "\((value * scale).rounded() / scale)"
}

let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 10_000
let rounds = CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 7
let ruleval = getenv("RULEVAL").map { String(cString: $0) } ?? ".build/release/ruleval"
let promtool = getenv("PROMTOOL").map { String(cString: $0) } ?? ".peers/usr/bin/promtool"
var template = Array("/tmp/bench-check-XXXXXX".utf8CString)
guard mkdtemp(&template) != nil else { exit(3) }
let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
let path = folder + "/rules.yml"
guard let file = fopen(path, "w") else { exit(3) }
fputs(ruleFile(count), file)
fclose(file)

let programs = [("promtool", [promtool, "check", "rules", path]), ("ruleval", [ruleval, "check", path])]
var usages: [[Usage]] = [[], []]
for _ in 0..<rounds {
    for (index, program) in programs.enumerated() {
        if let usage = run(program.1) { usages[index].append(usage) }
    }
}
unlink(path)
rmdir(folder)
print("\(count) rules, \(rounds) rounds, medians\n")
print("| | CPU s | peak MB |\n|---|--:|--:|")
var medians: [Usage] = []
for (index, program) in programs.enumerated() {
    if usages[index].isEmpty {
        print("| \(program.0) | could not be run | |")
        continue
    }
    medians.append(
        Usage(seconds: median(usages[index].map(\.seconds)), megabytes: median(usages[index].map(\.megabytes))))
    let last = medians[medians.count - 1]
    print("| \(program.0) | \(shown(last.seconds, 3)) | \(shown(last.megabytes, 2)) |")
}
if medians.count == 2 {
    let ratio = (medians[1].seconds / medians[0].seconds, medians[1].megabytes / medians[0].megabytes)
    print("| ratio | \(shown(ratio.0, 3)) | \(shown(ratio.1, 3)) |")
}
