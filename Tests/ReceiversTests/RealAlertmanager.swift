import Base
import HTTPTransport
import TestSupport
import Testing

/// The Alertmanager of `make peers`, with its own default templates.
final class RealAlertmanager {
    private let folder: TemporaryFolder
    private let child: ChildProcess
    private let client = HTTPClient()
    private let base: String

    init(_ configuration: String) throws {
        let program = try #require(Surroundings.peer("prometheus-alertmanager"))
        folder = try TemporaryFolder()
        let port = try Surroundings.freePort()
        base = "http://127.0.0.1:\(port)"
        let path = try folder.write("am.yml", configuration)
        // Debian's build looks for its default templates below /usr/share: a copy looks below .peers.
        let script = """
            sed 's#/usr/share/prometheus/alertmanager#usr/share/prometheus//alertmanager#g' '\(program)' > am && \
            chmod +x am && here=$PWD && cd '\(Surroundings.root)/.peers' && exec "$here/am" --config.file='\(path)' \
            --storage.path="$here/data" --web.listen-address=127.0.0.1:\(port) --cluster.listen-address= \
            --web.external-url=http://am.example.org:9093
            """
        child = try ChildProcess("/bin/sh", ["-c", "cd '\(folder.path)' && " + script], folder: folder)
    }

    var log: String { TemporaryFolder.text(of: child.errorPath) }

    func wait() async throws {
        let (client, base) = (client, base)
        let isReady = await eventually {
            (try? await client.send(HTTPRequest("GET", base + "/-/ready")))?.status == 200
        }
        try #require(isReady, "\(log)")
    }

    func post(_ alerts: String) async throws -> HTTPResponse {
        try await client.send(
            HTTPRequest(
                "POST", base + "/api/v2/alerts", headers: [HTTPHeader("Content-Type", "application/json")],
                body: Array(alerts.utf8)))
    }

    func stop() async {
        child.signal(15)
        _ = await child.waitForExit()
    }
}
