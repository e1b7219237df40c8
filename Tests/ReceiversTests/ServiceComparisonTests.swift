import Alerts
import Base
import HTTPServer
import HTTPTransport
import JSON
import TestSupport
import Testing

@testable import Receivers

/// Every receiver that has a key for its address, told by the real Alertmanager and by ours.
@Suite(
    "Requests to services, held against the real Alertmanager's",
    .enabled(if: Surroundings.peer("prometheus-alertmanager") != nil))
struct ServiceComparisonTests {
    /// What makes every service say yes.
    private static let yes = """
        {"ok":true,"success":true,"errcode":0,"access_token":"wtok","issues":[],"result":{"message_id":1,"chat":{"id":1}}}
        """

    private static func answer(_ request: HTTPServerRequest) -> HTTPServerResponse {
        guard request.path.hasPrefix("/sns") else {
            return HTTPServerResponse(contentType: "application/json", text: yes)
        }
        return HTTPServerResponse(
            contentType: "text/xml",
            text: "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult><MessageId>1"
                + "</MessageId></PublishResult></PublishResponse>")
    }

    static func configuration(_ port: Int) -> String {
        TemporaryFolder.text(of: Surroundings.root + "/Tests/ReceiversTests/Fixtures/services.yml")
            .replacing("@URL@", with: "http://127.0.0.1:\(port)")
    }

    @Test("are the same: method, address, what shows who we are, and body", arguments: OddAlerts.allCases)
    func sameRequests(_ alerts: OddAlerts) async throws {
        let theirs = try Capture(answer: Self.answer)
        let ours = try Capture(answer: Self.answer)
        let alertmanager = try RealAlertmanager.start(Self.configuration(theirs.port))
        try await alertmanager.wait()
        let posted = try await alertmanager.post(alerts.body(since: SystemClock().now()))
        #expect(posted.status == 200, "\(posted.text())")
        let isComplete = await eventually {
            !theirs.posts(to: "/hook").isEmpty && theirs.addresses.count >= 36
        }
        #expect(isComplete, "\(theirs.addresses.count): \(alertmanager.log)")

        let set = try Capture.receivers(Self.configuration(ours.port))
        let hook = try #require(theirs.posts(to: "/hook").first)
        let notification = try AlertmanagerComparisonTests.notification(JSONValue(parsing: hook.body))
        for profile in set.profiles["team.a"] ?? [] {
            let told = profile.sendsResolved ? notification : notification.withoutResolved
            let job = NotificationJob(
                id: 1, integration: profile.id, notification: told, attempt: 1, deadline: .distantFuture)
            let result = await set.deliver(job, timeout: .seconds(10))
            #expect(result == .delivered, "\(profile.id)")
        }
        #expect(ours.addresses == theirs.addresses)
        for address in theirs.addresses {
            let pair = (
                ours.requests(to: address).map(Self.comparable), theirs.requests(to: address).map(Self.comparable)
            )
            #expect(Set(pair.0) == Set(pair.1), "\(address)")
        }
        alertmanager.stop()
    }

    private static func comparable(_ post: Capture.Post) -> String {
        let wanted: Set<String> = ["authorization", "content-type", "x-auth-token", "x-user-id", "accept-language"]
        let headers = post.headers.map { (name: $0.name.lowercased(), value: $0.value) }
            .filter { wanted.contains($0.name) && !$0.value.hasPrefix("AWS4-") }
            .map { "\($0.name): \($0.value)" }.sorted()
        return headers.joined(separator: "\n") + "\n\n" + post.body
    }
}
