import HTTPTransport
import TestSupport

/// The built binary over one datasource.
final class QueryDaemon: Sendable {
    let url: String
    let port: Int
    private let process: ChildProcess

    init(_ datasource: String) async throws {
        let folder = try TemporaryFolder()
        port = try Surroundings.freePort()
        let config = try folder.write(
            "ruleval.yml",
            "datasource: \(datasource)\nroute: {receiver: none}\nreceivers: [{name: none}]\n")
        process = try ChildProcess(
            Surroundings.binary,
            ["run", "--config", config, "--listen", "127.0.0.1:\(port)", "--state", folder.path + "/state"],
            folder: folder)
        url = "http://127.0.0.1:\(port)"
        let (http, ready) = (HTTPClient(), url + "/-/ready")
        let isReady = await eventually { (try? await http.send(HTTPRequest("GET", ready)).status) == 200 }
        if !isReady { throw PeerServer.NotStarted(reason: process.errorOutput) }
    }

    /// What it has logged so far.
    var log: String { process.errorOutput }

    /// The most memory that was resident so far. Bytes.
    var peak: Int {
        let status = TemporaryFolder.text(of: "/proc/\(process.id)/status")
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (Int(line.filter(\.isNumber)) ?? 0) << 10
    }

    func end() async -> Int32? {
        process.signal(15)
        return await process.waitForExit(within: .seconds(10))
    }
}
