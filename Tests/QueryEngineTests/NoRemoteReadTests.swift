import Base
import HTTPServer
import HTTPTransport
import PrometheusAPI
import Synchronization
import TestSupport
import Testing
import TimeSeries

@testable import Daemon
@testable import QueryEngine
@testable import Ruler

/// A way to a server on which there is no remote read, as on VictoriaMetrics and Thanos.
private final class WithoutRemoteRead: Sendable {
    let client: PrometheusClient
    private let server: HTTPServer
    private let count: Counter

    private final class Counter: Sendable {
        let paths = Mutex<[String: Int]>([:])
    }

    init(_ peer: PeerServer) throws {
        let (http, base) = (peer.http, peer.url.text.hasSuffix("/") ? String(peer.url.text.dropLast()) : peer.url.text)
        let count = Counter()
        server = try HTTPServer { request in
            count.paths.withLock { $0[request.path, default: 0] += 1 }
            if request.path == "/api/v1/read" { return HTTPServerResponse(status: 404, text: "404 page not found\n") }
            var onward = HTTPRequest(request.method, base + request.target)
            onward.body = request.body
            if let type = request.header("Content-Type") { onward.headers.append(HTTPHeader("Content-Type", type)) }
            guard let answer = try? await http.send(onward) else { return HTTPServerResponse(status: 502) }
            return HTTPServerResponse(
                status: answer.status, contentType: answer.header("Content-Type"), body: answer.body)
        }
        self.count = count
        guard let url = HTTPURL("http://127.0.0.1:\(server.port)") else { throw PeerServer.NotStarted(reason: "url") }
        client = PrometheusClient(PrometheusServerSettings(url: url), http: HTTPClient())
    }

    /// How often a path was asked.
    func asked(_ path: String) -> Int { count.paths.withLock { $0[path] ?? 0 } }
}

@Suite("Rules over a server without remote read", .enabled(if: Surroundings.hasPeer("prometheus")))
struct NoRemoteReadTests {
    static let count = Surroundings.isSoak ? 10_000 : 500

    @Test("are computed here to what that server itself says", .timeLimit(.minutes(30)))
    func sameAnswers() async throws {
        guard let program = Surroundings.peer("prometheus") else { return }
        let seed = Surroundings.seed &+ 31
        let peer = try await PeerServer(program)
        var data = RandomSeries(random: Random(seed: seed), start: Int64(RandomExpression.start) * 1000)
        let series = try await peer.load(data.all())
        let way = try WithoutRemoteRead(peer)
        let source = PrometheusSource(way.client)
        #expect(try await source.findFidelity() == .floats)
        var querier = RuleQuerier(
            source: source, server: ServerQuerying(client: way.client), overlay: EmbeddedStore(),
            timeout: .seconds(60))
        querier.policy = .always(.local)
        querier.shortcomings = SourceShortcomings(
            isApproximate: { (try? await source.findFidelity()) == .floats },
            isIncomplete: { ($0 as? PrometheusError)?.kind == .incomplete })
        var expressions = RandomExpression(random: Random(seed: seed &+ 1))
        var refused = 0
        var differences: [String] = []
        var done = 0
        while done < Self.count {
            let batch = (done..<min(done + 20, Self.count)).map { number in
                DifferentialCase(
                    text: number % 10 == 9 ? expressions.broken() : expressions.next(), isRange: false, features: [],
                    offset: expressions.random.below(2600))
            }
            done += batch.count
            let through = querier
            let found = await withTaskGroup(of: (DifferentialCase, DifferentialCase.Outcome).self) { group in
                for one in batch { group.addTask { (one, await one.compare(peer.client, through: through)) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            for (one, outcome) in found {
                switch outcome {
                case .same(let isRefusal): refused += isRefusal ? 1 : 0
                case .different(let text, let time):
                    // The peer reuses buckets of native histograms: asked again it is right.
                    if await one.compareAlone(at: time, peer.client, series) == nil { differences.append(text) }
                }
            }
        }
        let report = "\(Self.count) queries, \(refused) refused by both, \(differences.count) different (seed \(seed))"
        Surroundings.say("without remote read: " + report)
        for difference in differences.prefix(40) { Issue.record("\(difference)") }
        #expect(differences.isEmpty, "\(report)")
        #expect(refused < Self.count / 2)
        // Found out once.
        #expect(way.asked("/api/v1/read") == 1)
    }
}
