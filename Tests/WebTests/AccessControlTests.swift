import Base
import HTTPServer
import HTTPTransport
import Settings
import Testing

@testable import Web

@Suite("Access to the HTTP surface")
struct AccessControlTests {
    private static let now = Timestamp(milliseconds: 1_000_000)

    /// Of the password `secret`.
    private static let alice = "$2y$04$Rtls0.J6MNhNjt4agV3C5OnxYogmGePlLbyyW8AiNbCuSHtXbvi4O"

    private static func configuration() -> WebConfiguration {
        var configuration = WebConfiguration()
        configuration.users = [
            .init(name: "alice", hash: Secret(alice))
        ]
        configuration.tokens = [
            .init(name: "grafana", token: .inline(Secret("looks")), rights: .read),
            .init(name: "prometheus", token: .inline(Secret("posts")), rights: .write),
        ]
        return configuration
    }

    private static func made(_ method: String, _ target: String, _ authorization: String?) -> HTTPServerRequest? {
        HTTPServerRequest(
            method: method, target: target,
            headers: authorization.map { [.init(name: "authorization", value: $0)] } ?? [])
    }

    private static func basic(_ text: String) -> String { "Basic " + Base64.encode(Array(text.utf8)) }

    private static func outcome(
        _ control: AccessControl, _ method: String, _ target: String, _ authorization: String?
    ) async throws -> String {
        let request = try #require(made(method, target, authorization))
        switch await control.verdict(on: request, now: now) {
        case .allowed(let who): return who ?? "anybody"
        case .refused(let response): return "\(response.status)"
        }
    }

    @Test(
        "takes hashes that another program's bcrypt made",
        arguments: [
            ("secret", alice, true), ("Secret", alice, false), ("", alice, false), ("secret\0", alice, false),
            ("secret", alice.replacing("$2y$", with: "$2a$"), true), ("secret", alice.dropLast() + "x", false),
            (String(repeating: "x", count: 72), "$2b$04$bX/.L4LBhy/XsNHB33jmoeickZelsHRrloynYUZ1fCl/KGrL2QCC2", true),
        ] as [(String, String, Bool)])
    func hashes(_ one: (String, String, Bool)) {
        #expect(PasswordHash.problem(one.1) == nil)
        #expect(PasswordHash.matches(one.0, one.1) == one.2)
    }

    @Test func aUserIsLetInWithThePasswordAlone() async throws {
        let control = try AccessControl(Self.configuration())
        for _ in 0..<2 {
            #expect(try await Self.outcome(control, "POST", "/-/reload", Self.basic("alice:secret")) == "alice")
            for wrong in ["alice:secret2", "alice:", "bob:secret", "alice", ":secret"] {
                #expect(try await Self.outcome(control, "GET", "/", Self.basic(wrong)) == "401")
            }
        }
    }

    @Test(
        "is decided by password, token and what is asked",
        arguments: [
            ("GET", "/", nil, "401"), ("GET", "/", "Basic", "401"), ("GET", "/", "Basic !!!", "401"),
            ("GET", "/-/healthy", nil, "401"), ("GET", "/", "Bearer looks", "grafana"),
            ("GET", "/", "bearer looks", "grafana"), ("GET", "/", "Bearer look", "401"), ("GET", "/", "Bearer", "401"),
            ("POST", "/api/v2/alerts", "Bearer looks", "403"), ("DELETE", "/api/v2/silence/x", "Bearer looks", "403"),
            ("POST", "/api/v1/query_range", "Bearer looks", "grafana"), ("POST", "/-/reload", "Bearer looks", "403"),
            ("POST", "/api/v2/alerts", "Bearer posts", "prometheus"),
        ] as [(String, String, String?, String)])
    func decided(_ one: (String, String, String?, String)) async throws {
        let control = try AccessControl(Self.configuration())
        #expect(try await Self.outcome(control, one.0, one.1, one.2) == one.3)
    }

    @Test func withoutUsersAndTokensEverybodyComesIn() async throws {
        let control = try AccessControl(WebConfiguration())
        #expect(try await Self.outcome(control, "POST", "/-/reload", nil) == "anybody")
    }

    @Test func requestsBeyondTheLimitWait() async throws {
        var configuration = WebConfiguration()
        configuration.rateLimit = .init(interval: .seconds(1), burst: 2)
        let control = try AccessControl(configuration)
        var seen: [String] = []
        for _ in 0..<3 { seen.append(try await Self.outcome(control, "GET", "/", nil)) }
        #expect(seen == ["anybody", "anybody", "429"])
    }

    @Test func aBucketFillsWithTime() {
        var bucket = TokenBucket(interval: .seconds(1), burst: 1)
        let taken = [0, 900, 1000, 0].map { bucket.take(at: Self.now + .milliseconds($0)) }
        #expect(taken == [true, false, true, false])
    }

    @Test func base64IsReadAsItIsWritten() {
        for text in ["", "a", "ab", "abc", "ü:ö"] {
            #expect(Base64.decode(Base64.encode(Array(text.utf8))) == Array(text.utf8))
        }
        for bad in ["a", "ab", "abc", "a===", "ab=c", "äääa", "ab c"] { #expect(Base64.decode(bad) == nil) }
    }
}
