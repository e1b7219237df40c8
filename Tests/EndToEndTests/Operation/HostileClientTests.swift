import Glibc
import JSON
import TestSupport
import Testing

/// What a client may send to the built binary that no client should: each case has an answer, costs bounded memory, and
/// others are served meanwhile. Where a real Alertmanager takes it, so does ruleval, and the status is compared.
@Suite("Hostile clients", .serialized)
struct HostileClientTests {
    private static let configuration = """
        route: {receiver: nobody, group_by: [alertname]}
        receivers: [{name: nobody}]
        """

    private static func post(_ path: String, _ body: String, _ headers: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Type: application/json\r\n\(headers)"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// A post of bytes that are no UTF-8 where `?` stands.
    private static func post(_ path: String, _ body: String, bad: [UInt8]) -> [UInt8] {
        let bytes = body.utf8.flatMap { $0 == UInt8(ascii: "?") ? bad : [$0] }
        let head = post(path, "").replacing("Content-Length: 0", with: "Content-Length: \(bytes.count)")
        return Array(head.utf8) + bytes
    }

    private static func get(_ path: String, _ headers: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\(headers)\r\n"
    }

    private static func alert(_ labels: String, _ more: String = "") -> String {
        #"[{"labels":{\#(labels)}\#(more)}]"#
    }

    private static func times(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }

    /// One thing sent and what comes of it.
    private struct Case: Sendable {
        let name: String
        let bytes: @Sendable () -> [UInt8]
        /// Statuses that are right; 0 is a closed connection without an answer.
        let statuses: Set<Int>
        /// Whether a real Alertmanager answers with the same status.
        var isCompared = true

        init(
            _ name: String, _ statuses: Set<Int>, compared: Bool = true,
            _ text: @autoclosure @escaping @Sendable () -> String
        ) {
            self.init(name, statuses, compared: compared, bytes: { Array(text().utf8) })
        }

        init(_ name: String, _ statuses: Set<Int>, compared: Bool = true, bytes: @escaping @Sendable () -> [UInt8]) {
            self.name = name
            self.bytes = bytes
            self.statuses = statuses
            isCompared = compared
        }
    }

    private static let cases: [Case] = [
        Case("JSON 100,000 levels deep", [400], post("/api/v2/alerts", times(100_000, "[") + times(100_000, "]"))),
        Case(
            "an alert's label 100,000 levels deep", [400],
            post("/api/v2/alerts", alert("\"a\":" + times(100_000, "{\"a\":") + "1" + times(100_000, "}")))),
        Case("a silence 100,000 levels deep", [400], post("/api/v2/silences", times(100_000, "{\"matchers\":["))),
        Case(
            "a webhook body 100,000 levels deep", [400], compared: false,
            post("/api/v1/webhook/alertmanager", times(100_000, "{\"alerts\":["))),
        Case("[null]", [400], compared: false, post("/api/v2/alerts", "[null]")),
        Case("null", [200], post("/api/v2/alerts", "null")),
        Case(
            "duplicate keys", [200],
            post("/api/v2/alerts", alert(#""alertname":"A","alertname":"B""#, #","labels":{"alertname":"C"}"#))),
        Case("a lone surrogate", [200], post("/api/v2/alerts", alert(#""alertname":"\ud800""#))),
        Case("NUL in a value", [200], post("/api/v2/alerts", alert(#""alertname":"\u0000""#))),
        Case("a huge number as a value", [400], post("/api/v2/alerts", alert("\"a\":" + times(100_000, "9")))),
        Case("a huge number as a time", [400], post("/api/v2/alerts", alert(#""a":"b""#, ",\"startsAt\":1e999999"))),
        Case(
            "a time of 100,000 digits", [200],
            post("/api/v2/alerts", alert(#""a":"b""#, ",\"startsAt\":\"2026-01-01T00:00:00.\(times(100_000, "1"))Z\""))),
        Case(
            "10,000 labels", [200],
            post("/api/v2/alerts", alert((0..<10_000).map { "\"l\($0)\":\"v\"" }.joined(separator: ",")))),
        Case(
            "a million labels", [200],
            post("/api/v2/alerts", alert((0..<1_000_000).map { "\"l\($0)\":\"v\"" }.joined(separator: ",")))),
        Case("no UTF-8 in a value", [200]) { post("/api/v2/alerts", alert(#""alertname":"U?""#), bad: [0xFF, 0xFE]) },
        Case("no UTF-8 in a name", [200]) { post("/api/v2/alerts", alert(#""a?":"b""#), bad: [0x80]) },
        Case("UTF-8 that is longer than it must", [200]) {
            post("/api/v2/alerts", alert(#""alertname":"?""#), bad: [0xC0, 0x80])
        },
        Case("a surrogate in UTF-8", [200]) {
            post("/api/v2/alerts", alert(#""alertname":"?""#), bad: [0xED, 0xA0, 0x80])
        },
        Case("no UTF-8 outside of strings", [400]) { post("/api/v2/alerts", "?", bad: [0xFF, 0xFE]) },
        Case("a byte order mark", [400]) { post("/api/v2/alerts", "?[]", bad: [0xEF, 0xBB, 0xBF]) },
        Case("no UTF-8 in a silence", [200]) {
            post("/api/v2/silences", silence(#"[{"name":"a","value":"b?","isRegex":false}]"#), bad: [0xC3])
        },
        Case("a value of a megabyte", [200], post("/api/v2/alerts", alert("\"a\":\"\(times(1 << 20, "x"))\""))),
        Case(
            "templates in values", [200], post("/api/v2/alerts", alert(#""alertname":"{{","x":"{{ template \"y\" }}""#))
        ),
        Case(
            "HTML in annotations", [200],
            post("/api/v2/alerts", alert(#""alertname":"H""#, #","annotations":{"s":"<script>alert(1)</script>"}"#))),
        Case(
            "a post from another origin", [403], compared: false,
            post("/api/v2/alerts", alert(#""a":"b""#), "Origin: http://evil.example\r\n")),
        Case(
            "an opaque origin", [403], compared: false, post("/api/v2/alerts", alert(#""a":"b""#), "Origin: null\r\n")),
        Case(
            "a form from a page", [415], compared: false,
            post("/api/v2/alerts", "a=b").replacing("application/json", with: "application/x-www-form-urlencoded")),
        Case(
            "a regular expression of 30 kB in a filter", [200], get("/api/v2/alerts?filter=a%3D~" + times(30_000, "a"))),
        Case(
            "a catastrophic regular expression", [200],
            get("/api/v2/alerts?filter=alertname%3D~(a%2B)%2B(a%7Ca%3F)%2B%24")),
        Case(
            "a regular expression that grows", [400], get("/api/v2/alerts?filter=a%3D~((a%7B100%7D)%7B100%7D)%7B100%7D")
        ),
        Case(
            "a regular expression of 100 kB in the target", [0, 414, 431], compared: false,
            get("/api/v2/alerts?filter=a%3D~" + times(100_000, "a"))),
        Case(
            "a silence with a regular expression of 100 kB", [200],
            post("/api/v2/silences", silence(#"[{"name":"a","value":"\#(times(100_000, "a"))","isRegex":true}]"#))),
        Case(
            "a silence with a regular expression that grows", [400],
            post("/api/v2/silences", silence(#"[{"name":"a","value":"((a{100}){100}){100}","isRegex":true}]"#))),
        Case(
            "a silence of 50,000 matchers", [200],
            post(
                "/api/v2/silences",
                silence(
                    "[" + (0..<50_000).map { #"{"name":"l\#($0)","value":"v","isRegex":false}"# }.joined(separator: ",")
                        + "]"))),
        Case(
            "10,000 filters", [0, 414, 431], compared: false, get("/api/v2/alerts?" + times(10_000, "filter=a%3Db&"))),
        Case(
            "a header of 2 MB", [0, 431, 413], compared: false,
            "GET / HTTP/1.1\r\nHost: t\r\nX: " + times(2_000_000, "a") + "\r\n\r\n"),
        Case(
            "200,000 headers", [0, 431, 413], compared: false,
            "GET / HTTP/1.1\r\n" + times(200_000, "X-A: b\r\n") + "\r\n"),
        Case("a target of 2 MB", [0, 414, 431], compared: false, get("/" + times(2_000_000, "a"))),
        Case(
            "two lengths that differ", [400], compared: false,
            "POST /api/v2/alerts HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Length: 2\r\nContent-Length: 50\r\n\r\n[]"
        ),
        Case(
            "a length and chunks", [200],
            "POST /api/v2/alerts HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n"
        ),
        Case(
            "a negative length", [0, 400], compared: false,
            "POST /api/v2/alerts HTTP/1.1\r\nHost: t\r\nContent-Length: -1\r\n\r\n[]"),
        Case(
            "a length beyond numbers", [0, 400, 413], compared: false,
            "POST /api/v2/alerts HTTP/1.1\r\nHost: t\r\nContent-Length: 99999999999999999999999\r\n\r\n[]"),
        Case(
            "50 MB announced", [413], compared: false,
            "POST /api/v2/alerts HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: 52428800\r\n\r\n[{"
        ),
        Case("50 MB sent", [0, 413], compared: false, post("/api/v2/alerts", "[\"" + times(50 << 20, "x") + "\"]")),
        Case(
            "chunks without end", [0, 413], compared: false,
            "POST /api/v2/alerts HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                + times(500, "10000\r\n\(times(65_536, "x"))\r\n")),
        Case("pipelined rubbish", [0, 400], compared: false, times(1000, "\u{1}\u{2}rubbish\r\n\r\n")),
        Case("a method of its own", [405], "FOO /api/v2/alerts HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"),
        Case("a path out of the tree", [404], compared: false, get("/api/v2/../../../../etc/passwd")),
        Case("an encoded path out of the tree", [404], compared: false, get("/api/v2/%2e%2e/%2e%2e/etc/passwd")),
        Case("a path with NUL", [400, 404], compared: false, get("/api/v2/alerts%00")),
        Case("a path of another machine", [0, 400, 404], compared: false, get("http://evil.example/api/v2/alerts/x")),
    ]

    private static func silence(_ matchers: String) -> String {
        #"{"matchers":\#(matchers),"startsAt":"2036-11-28T00:00:00Z","endsAt":"2037-11-28T00:00:00Z","createdBy":"me","comment":"c"}"#
    }

    /// The status of an answer; 0 for none.
    private static func status(_ port: Int, _ bytes: [UInt8]) async -> Int {
        // A debug build beside other tests may think about a million labels for long.
        let answer = await RawConnection.conversation(port: port, bytes, patience: 90)
        return Int(answer.dropFirst(9).prefix(3)) ?? 0
    }

    @Test func getAnAnswerOrAClosedConnectionAndOthersAreServed() async throws {
        let both =
            Surroundings.hasPeer("prometheus-alertmanager") ? try await SideBySide { _ in Self.configuration } : nil
        let ruleval = try Ruleval(configuration: Self.configuration)
        try await ruleval.start()
        let process = try #require(ruleval.process)
        Footprint.forgetPeak(of: process.id)
        let before = Footprint.peak(of: process.id)
        for each in Self.cases {
            let status = await Self.status(ruleval.port, each.bytes())
            #expect(each.statuses.contains(status), "\(each.name): \(status)")
            if each.isCompared, let both {
                let real = await Self.status(both.theirs.port, each.bytes())
                #expect(status == real, "\(each.name): \(status), Alertmanager \(real)")
            }
            let began = ContinuousClock.now
            #expect(await ruleval.get("/-/healthy")?.status == 200, "after \(each.name)")
            #expect(ContinuousClock.now - began < .seconds(2), "after \(each.name)")
            #expect(process.exitStatus == nil, "\(each.name) ended it")
        }
        let growth = Footprint.peak(of: process.id) - before
        Surroundings.say("hostile clients: \(Self.cases.count) cases, \(growth >> 20) MB more memory")
        #expect(growth < 150 << 20)
        await both?.stop()
        #expect(await ruleval.terminate() == 0)
    }

    @Test func idleAndSlowConnectionsKeepNobodyOut() async throws {
        let ruleval = try Ruleval(configuration: Self.configuration)
        try await ruleval.start()
        let process = try #require(ruleval.process)
        Footprint.forgetPeak(of: process.id)
        let before = Footprint.peak(of: process.id)
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        // Half of what the test process may open: others need some.
        let count = min(Surroundings.isSoak ? 10_000 : 2000, Int(clamping: limit.rlim_cur) / 2)
        var held: [RawConnection] = []
        for number in 0..<count {
            guard let connection = RawConnection(port: ruleval.port) else { continue }
            switch number % 20 {
            case 0: connection.send("GET /api/v2/alerts HT")
            case 1: connection.send("POST /api/v2/alerts HTTP/1.1\r\nHost: t\r\nContent-Length: 100000\r\n\r\n[")
            default: break
            }
            held.append(connection)
        }
        var quickest = Duration.seconds(60)
        for round in 0..<3 {
            // Those of the last thousand that have begun go on, byte by byte.
            for connection in held.suffix(1000) { connection.send(round == 0 ? "T" : " ") }
            let began = ContinuousClock.now
            #expect(await ruleval.get("/api/v2/alerts")?.status == 200)
            quickest = min(quickest, ContinuousClock.now - began)
        }
        #expect(quickest < .seconds(2))
        let growth = Footprint.peak(of: process.id) - before
        Surroundings.say("idle connections: \(held.count) opened, \(growth >> 20) MB more memory")
        #expect(held.count >= count / 2)
        #expect(growth < 150 << 20)
        #expect(await ruleval.terminate() == 0)
    }
}
