import Alerts
import Base
import HTTPServer
import HTTPTransport
import TestSupport
import Testing

@testable import Receivers

/// Which answers of a service the real Alertmanager asks again after at once, and which wait for the next flush.
@Suite(
    "Retries, held against the real Alertmanager's", .enabled(if: Surroundings.peer("prometheus-alertmanager") != nil))
struct RetryComparisonTests {
    /// What a service answers: a status, or one of the texts below.
    private static let statuses = [400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504, 304]
    private static let texts: [(name: String, type: String, text: String)] = [
        ("text", "text/plain", "nope"), ("empty", "application/json", "{}"), ("half", "application/json", "{"),
        (
            "no", "application/json",
            #"{"ok":false,"success":false,"errcode":40014,"errmsg":"bad","error":"channel_not_found","error_code":400}"#
        ),
        ("list", "application/json", "[]"),
    ]

    private static var names: [String] { statuses.map { "\($0)" } + texts.map(\.name) }

    private static func answer(_ request: HTTPServerRequest) -> HTTPServerResponse {
        let words = request.path.split(separator: "/")
        let name = words.count > 1 ? String(words[1]) : ""
        if let status = Int(name) { return HTTPServerResponse(status: status, text: "why") }
        guard let text = texts.first(where: { $0.name == name }) else { return HTTPServerResponse(text: "ok") }
        return HTTPServerResponse(contentType: text.type, text: text.text)
    }

    private static func configuration(_ port: Int) -> String {
        EveryService.configuration(names.map { name in { "http://127.0.0.1:\(port)/\($0)/\(name)" } })
    }

    @Test("are the same for every service and answer")
    func sameRetries() async throws {
        let theirs = try Capture(answer: Self.answer)
        let ours = try Capture(answer: Self.answer)
        let alertmanager = try RealAlertmanager.start(Self.configuration(theirs.port))
        try await alertmanager.wait()
        #expect(
            try await alertmanager.post(AlertmanagerComparisonTests.alerts(since: SystemClock().now())).status == 200)
        let addresses = EveryService.items.flatMap { item in Self.names.map { "/\(item.type)/\($0)" } }
        let set = try Capture.receivers(Self.configuration(ours.port))
        var verdicts: [String: Bool] = [:]
        for (address, profile) in zip(addresses, set.profiles["team.a"] ?? []) {
            let job = NotificationJob(
                id: 1, integration: profile.id, notification: DeliveryTests.notification, attempt: 1,
                deadline: .distantFuture)
            if case .temporary = await set.deliver(job, timeout: .seconds(10)) {
                verdicts[address] = true
            } else {
                verdicts[address] = false
            }
        }
        let isTemporary = verdicts
        #expect(isTemporary.count == addresses.count)
        // Some take several requests for one attempt: more than ours took is another attempt.
        @Sendable func isRetried(_ address: String) -> Bool {
            theirs.count(below: address) > max(1, ours.count(below: address))
        }
        _ = await eventually(within: .seconds(60)) {
            theirs.count(below: "/webhook/500") > 4
                && addresses.allSatisfy { theirs.count(below: $0) > 0 && (isTemporary[$0] != true || isRetried($0)) }
        }
        for address in addresses {
            #expect(
                isTemporary[address] == isRetried(address),
                "\(address): asked \(theirs.count(below: address)) times there")
        }
        alertmanager.stop()
    }
}
