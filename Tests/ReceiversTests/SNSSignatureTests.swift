import Alerts
import Base
import HTTPServer
import TestSupport
import Testing

@testable import Receivers

/// Requests to SNS are signed: the signature is computed again by openssl from what arrived.
@Suite("Signatures of requests to SNS", .enabled(if: Openssl.isThere))
struct SNSSignatureTests {
    private static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

    private static func configuration(_ port: Int) -> String {
        """
        route: {receiver: 'team.a', group_wait: 200ms}
        receivers:
        - name: 'team.a'
          sns_configs:
          - {api_url: 'http://127.0.0.1:\(port)', topic_arn: 'arn:aws:sns:eu-west-1:1:T', attributes: {k: 'v {{ .Status }}'},
             subject: 'é&=+ {{ .Status }}', sigv4: {region: eu-west-1, access_key: AKIDEXAMPLE, secret_key: '\(secret)'}}
          - {api_url: 'http://127.0.0.1:\(port)/sub', phone_number: '+15550100', sigv4: {region: us-east-2, access_key: AKIDEXAMPLE,
             secret_key: '\(secret)'}}
        """
    }

    private static let answer = HTTPServerResponse(
        contentType: "text/xml",
        text: "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult><MessageId>1"
            + "</MessageId></PublishResult></PublishResponse>")

    @Test("are those of AWS Signature Version 4")
    func own() async throws {
        let capture = try Capture { _ in Self.answer }
        let set = try Capture.receivers(Self.configuration(capture.port))
        for profile in set.profiles["team.a"] ?? [] {
            let job = NotificationJob(
                id: 1, integration: profile.id, notification: DeliveryTests.notification, attempt: 1,
                deadline: .distantFuture)
            #expect(await set.deliver(job, timeout: .seconds(10)) == .delivered)
        }
        #expect(capture.addresses.count == 2)
        try await Self.check(capture)
    }

    @Test(
        "of the real Alertmanager pass the same check",
        .enabled(if: Surroundings.peer("prometheus-alertmanager") != nil))
    func theirs() async throws {
        let capture = try Capture { _ in Self.answer }
        let alertmanager = try RealAlertmanager.start(Self.configuration(capture.port))
        try await alertmanager.wait()
        _ = try await alertmanager.post(OddAlerts.bare.body(since: SystemClock().now()))
        #expect(await eventually { capture.addresses.count == 2 })
        try await Self.check(capture)
        alertmanager.stop()
    }

    private static func check(_ capture: Capture) async throws {
        for address in capture.addresses {
            let post = try #require(capture.requests(to: address).first)
            let headers = Dictionary(
                post.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
            let parts = Self.parts(try #require(headers["authorization"]))
            let scope = (parts["Credential"] ?? "").split(separator: "/").map(String.init)
            try #require(scope.count == 5 && scope[0] == "AKIDEXAMPLE", "\(parts)")
            let signed = parts["SignedHeaders"] ?? ""
            #expect(
                signed.split(separator: ";").contains("host") && signed.split(separator: ";").contains("x-amz-date"))
            let openssl = try Openssl()
            let lines = signed.split(separator: ";").map { "\($0):\(headers[String($0)] ?? "")\n" }.joined()
            let target = post.target.split(separator: "?", maxSplits: 1).map(String.init)
            let canonical = [
                post.method, target.first ?? "/", target.count > 1 ? target[1] : "", lines, signed,
                try await openssl.hash(post.body),
            ].joined(separator: "\n")
            let date = headers["x-amz-date"] ?? ""
            let text = [
                "AWS4-HMAC-SHA256", date, scope.dropFirst().joined(separator: "/"), try await openssl.hash(canonical),
            ].joined(separator: "\n")
            var key = Array("AWS4\(Self.secret)".utf8).map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
            for part in scope.dropFirst() { key = try await openssl.hmac(part, hexKey: key) }
            #expect(try await openssl.hmac(text, hexKey: key) == parts["Signature"], "\(address)")
            #expect(date.hasPrefix(scope[1]))
        }
    }

    /// The parts of `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.
    private static func parts(_ header: String) -> [String: String] {
        let words = header.drop { $0 != " " }.split(separator: ",").map { $0.drop { $0 == " " } }
        return Dictionary(
            words.map { word in
                let pair = word.split(separator: "=", maxSplits: 1)
                return (String(pair[0]), pair.count > 1 ? String(pair[1]) : "")
            }, uniquingKeysWith: { $1 })
    }
}

/// The openssl program as somebody else's SHA-256.
struct Openssl {
    private static let program = "/usr/bin/openssl"
    private let folder: TemporaryFolder

    static var isThere: Bool {
        (try? TextFile.read(program, maximumBytes: 64 << 20)) != nil
    }

    init() throws { folder = try TemporaryFolder() }

    func hash(_ text: String) async throws -> String { try await run(["dgst", "-sha256", "-hex"], text) }

    func hmac(_ text: String, hexKey: String) async throws -> String {
        try await run(["dgst", "-sha256", "-mac", "HMAC", "-macopt", "hexkey:\(hexKey)", "-hex"], text)
    }

    private func run(_ arguments: [String], _ text: String) async throws -> String {
        let path = try folder.write("text", text)
        let result = try await ChildProcess.run(Self.program, arguments + [path], folder: folder)
        return String(result.output.split(separator: " ").last ?? "").filter { !$0.isWhitespace }
    }
}
