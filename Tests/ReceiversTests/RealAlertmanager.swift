import HTTPTransport
import TestSupport
import Testing

extension RealAlertmanager {
    /// One whose messages name a fixed address, as ours do in these tests.
    static func start(_ configuration: String) throws -> RealAlertmanager {
        let folder = try TemporaryFolder()
        let path = try folder.write("am.yml", configuration)
        return try #require(
            try start(configuration: path, folder: folder, externalURL: "http://am.example.org:9093"))
    }

    func wait() async throws {
        let isReady = await eventually {
            (try? await HTTPClient().send(HTTPRequest("GET", url + "/-/ready")))?.status == 200
        }
        try #require(isReady, "\(log)")
    }

    func post(_ alerts: String) async throws -> HTTPResponse {
        try await HTTPClient().send(
            HTTPRequest(
                "POST", url + "/api/v2/alerts", headers: [HTTPHeader("Content-Type", "application/json")],
                body: Array(alerts.utf8)))
    }
}
