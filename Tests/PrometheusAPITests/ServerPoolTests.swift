import Base
import HTTPServer
import HTTPTransport
import Synchronization
import Testing
import YAML

@testable import PrometheusAPI
@testable import Settings

@Suite("Several addresses, tenants, parameters")
struct ServerPoolTests {
    /// A server that notes what it was asked and answers with one sample.
    private final class Server: Sendable {
        struct Call: Sendable {
            var target: String
            var tenant: String?
            var authorization: String?
        }
        private final class Box: Sendable { let calls = Mutex<[Call]>([]) }
        private let box: Box
        private let server: HTTPServer

        init(redirectingTo other: String? = nil) throws {
            let box = Box()
            self.box = box
            server = try HTTPServer { request in
                box.calls.withLock {
                    $0.append(
                        Call(
                            target: request.target, tenant: request.header("X-Scope-OrgID"),
                            authorization: request.header("Authorization")))
                }
                if let other {
                    return HTTPServerResponse(status: 307).with(header: "Location", other + "/api/v1/query")
                }
                return HTTPServerResponse(
                    contentType: "application/json",
                    text: #"{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}"#)
            }
        }
        var url: String { "http://127.0.0.1:\(server.port)" }
        var calls: [Call] { box.calls.withLock { $0 } }
    }

    private final class Inside: Sendable { let counts = Mutex((now: 0, most: 0)) }

    private static func settings(_ text: String) throws -> PrometheusServerSettings {
        let decoding = YAMLDecoding()
        let root = try #require(try YAMLDocument(parsing: text, file: "r.yml").root)
        let context = SettingsContext(decoding: decoding, folder: ConfigurationFolder(path: ""))
        let settings = DatasourceSettings(root, context)
        try decoding.finish()
        guard case .server(let server) = try #require(settings) else { throw HTTPError(.invalidRequest, "no server") }
        return server
    }

    private static func errors(_ text: String) throws -> String {
        do {
            _ = try settings(text)
            return ""
        } catch { return "\(error)" }
    }

    @Test func theNextAddressIsAskedWhenOneDoesNotAnswer() async throws {
        let server = try Server()
        let settings = try Self.settings("{urls: ['http://127.0.0.1:1', '\(server.url)'], timeout: 60s}")
        let client = PrometheusClient(settings, http: HTTPClient())
        for _ in 0..<3 { _ = try await client.query("1", at: .zero) }
        #expect(server.calls.count == 3)
        let health = client.pool.health
        #expect(health.map(\.isUp) == [false, true])
        // One that is down is not asked by questions, only by checks.
        #expect(health.map(\.requests) == [1, 3])
        #expect(health[0].failure != nil)
        await client.check(after: .seconds(3600))
        #expect(client.pool.health.map(\.requests) == [2, 3])
        await client.check(after: .zero)
        #expect(client.pool.health.map(\.requests) == [3, 4])
    }

    @Test func whatTheServerRefusesIsItsAnswer() async throws {
        let refusing = try HTTPServer { _ in
            HTTPServerResponse(
                status: 400, contentType: "application/json",
                body: Array(#"{"status":"error","errorType":"bad_data","error":"no"}"#.utf8))
        }
        let server = try Server()
        let settings = try Self.settings("{urls: ['http://127.0.0.1:\(refusing.port)', '\(server.url)']}")
        let client = PrometheusClient(settings, http: HTTPClient())
        await #expect(throws: PrometheusError.self) { _ = try await client.query("1", at: .zero) }
        #expect(server.calls.isEmpty)
        #expect(client.pool.isUp)
        await refusing.stop()
    }

    @Test func groupsAskAsTheirTenants() async throws {
        let server = try Server()
        let settings = try Self.settings(
            """
            url: \(server.url)/prefix
            tenant: all
            query_parameters: {dedup: 'true', part: a}
            groups:
              - {group: 'team-a.*', tenant: a, query_parameters: {part: b}}
              - {file: '.*/b/.*', tenant: b}
            """)
        for (group, file) in [("x", "rules/x.yml"), ("team-a-1", "rules/b/x.yml"), ("x", "rules/b/x.yml")] {
            let own = settings.settings(forGroup: group, file: file)
            _ = try await PrometheusClient(own, http: HTTPClient()).query("1", at: .zero)
        }
        #expect(server.calls.map(\.tenant) == ["all", "a", "b"])
        #expect(
            server.calls.map(\.target) == [
                "/prefix/api/v1/query?dedup=true&part=a", "/prefix/api/v1/query?dedup=true&part=b",
                "/prefix/api/v1/query?dedup=true&part=a",
            ])
    }

    @Test func neitherTenantNorCredentialsGoToAnotherHost() async throws {
        let other = try Server()
        let server = try Server(redirectingTo: other.url)
        let address = server.url.replacing("127.0.0.1", with: "user:secret@127.0.0.1")
        let settings = try Self.settings("{url: '\(address)', tenant: all, headers: {X-Scope-OrgID-2: b}}")
        let client = PrometheusClient(settings, http: HTTPClient())
        _ = try await client.query("1", at: .zero)
        #expect(server.calls.map(\.tenant) == ["all"])
        #expect(server.calls.first?.authorization?.hasPrefix("Basic ") == true)
        #expect(other.calls.count == 1)
        #expect(other.calls.first?.tenant == nil)
        #expect(other.calls.first?.authorization == nil)
    }

    @Test func theGateLetsSoManyPass() async throws {
        let gate = ConcurrencyGate(limit: 2)
        let inside = Inside()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    await gate.pass {
                        inside.counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                        await Task.yield()
                        inside.counts.withLock { $0.now -= 1 }
                    }
                }
            }
        }
        #expect(inside.counts.withLock { $0.most } <= 2)
        #expect(gate.waiting == 0)
    }

    @Test(
        "wrong sections are refused",
        arguments: [
            ("{url: 'http://a', urls: ['http://b']}", "either 'url' or 'urls'"),
            ("{urls: []}", "needs 'url'"), ("{urls: ['http://a', b]}", "an item of 'urls' must be"),
            ("{url: 'http://a', groups: [{tenant: x}]}", "needs 'group' or 'file'"),
            ("{url: 'http://a', groups: [{group: '(', tenant: x}]}", "'group' is no regular expression"),
            ("{url: 'http://a', concurrency: -1}", "'concurrency' cannot be negative"),
        ])
    func refused(_ text: String, _ message: String) throws { #expect(try Self.errors(text).contains(message)) }
}
