import Alerts
import Base
import Glibc
import HTTPServer
import HTTPTransport
import Synchronization
import TestSupport
import Testing

@testable import Receivers

/// Every type of receiver that talks over HTTP, told at an address where something is wrong.
@Suite("Services that fail", .serialized)
struct FaultTests {
    /// What every service takes as yes.
    private static let yes =
        #"{"ok":true,"success":true,"errcode":0,"access_token":"wtok","issues":[],"result":{"message_id":1,"chat":{"id":1}}}"#

    /// What is wrong, and how long an attempt may take.
    enum Fault: String, CaseIterable, Sendable {
        case slow, silent, reset, large, endless, loop, file, wrongName

        func play(_ connection: ScriptedConnection, port: Int) {
            if self == .reset { return }
            guard connection.readRequest() != nil else { return }
            switch self {
            case .slow:
                // The fault itself, not the test, takes its time.
                usleep(100_000)
                connection.write(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(FaultTests.yes.utf8.count)\r\n"
                )
                connection.write("Connection: close\r\n\r\n" + FaultTests.yes)
            case .silent, .reset: connection.waitForClose()
            case .large:
                connection.write("HTTP/1.1 500 No\r\nContent-Length: \(1 << 20)\r\n\r\n")
                connection.write([UInt8](repeating: 0x61, count: 1 << 20))
            case .endless:
                connection.write("HTTP/1.1 200 OK\r\n\r\n")
                let block = [UInt8](repeating: 0x61, count: 1 << 16)
                while connection.write(block) {}
            case .loop: Self.redirect(connection, to: "/again")
            case .file: Self.redirect(connection, to: "file:///etc/passwd")
            case .wrongName: Self.redirect(connection, to: "https://127.0.0.1:\(port)/")
            }
        }

        private static func redirect(_ connection: ScriptedConnection, to target: String) {
            connection.write(
                "HTTP/1.1 307 There\r\nLocation: \(target)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
    }

    private static func deliver(_ set: ReceiverSet, _ id: IntegrationID, timeout: Duration) async -> (
        DeliveryResult, Duration
    ) {
        let job = NotificationJob(
            id: 1, integration: id, notification: DeliveryTests.notification, attempt: 1, deadline: .distantFuture)
        let start = ContinuousClock.now
        let result = await set.deliver(job, timeout: timeout)
        return (result, .now - start)
    }

    @Test("delay and fill nothing, and say so without a secret", arguments: Fault.allCases)
    func faults(_ fault: Fault) async throws {
        let port = Mutex(0)
        let server = ScriptedServer { fault.play($0, port: port.withLock { $0 }) }
        port.withLock { $0 = server.port }
        let set = try Capture.receivers(EveryService.configuration([{ _ in server.url + "/planted-path" }]))
        let timeout = Duration.milliseconds(fault == .slow ? 20_000 : 700)
        await withTaskGroup(of: Void.self) { group in
            for profile in set.profiles["team.a"] ?? [] {
                group.addTask {
                    let (result, time) = await Self.deliver(set, profile.id, timeout: timeout)
                    #expect(result.isDelivered == (fault == .slow), "\(profile.id): \(result)")
                    #expect(time < timeout + .seconds(15), "\(profile.id): \(time)")
                    #expect(!"\(result)".contains("planted"), "\(profile.id): \(result)")
                    #expect("\(result)".utf8.count < 1000, "\(profile.id): \(result)")
                    #expect(!"\(result)".contains("root:"), "\(profile.id): \(result)")
                }
            }
        }
    }

    @Test("behind a certificate that nobody vouches for are told nothing")
    func certificate() async throws {
        guard let certificates = try await TestCertificates.make() else { return }
        let count = Mutex(0)
        var configuration = HTTPServerConfiguration()
        configuration.tls = HTTPServerTLS(
            certificate: certificates.text("server.pem"), privateKey: Secret(certificates.text("server.key")))
        let server = try HTTPServer(configuration) { _ in
            count.withLock { $0 += 1 }
            return HTTPServerResponse(contentType: "application/json", text: Self.yes)
        }
        let set = try Capture.receivers(
            EveryService.configuration([{ _ in "https://127.0.0.1:\(server.port)/planted-path" }]))
        for profile in set.profiles["team.a"] ?? [] {
            let (result, _) = await Self.deliver(set, profile.id, timeout: .seconds(10))
            guard case .temporary = result else {
                Issue.record("\(profile.id): \(result)")
                continue
            }
            #expect(!"\(result)".contains("planted"), "\(profile.id): \(result)")
        }
        #expect(count.withLock { $0 } == 0)
    }

    @Test("and lead to another host hand no credentials over", arguments: [302, 307])
    func strangers(_ status: Int) async throws {
        let stranger = try Capture()
        let first = try Capture { _ in
            HTTPServerResponse(status: status, text: "")
                .with(header: "Location", "http://localhost:\(stranger.port)/other")
        }
        let set = try Capture.receivers(
            EveryService.configuration([{ "http://127.0.0.1:\(first.port)/planted-path/\($0)" }]))
        for profile in set.profiles["team.a"] ?? [] {
            let (result, _) = await Self.deliver(set, profile.id, timeout: .seconds(10))
            #expect(!"\(result)".contains("planted"), "\(profile.id): \(result)")
        }
        for post in stranger.posts(to: "/other") {
            let headers = post.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
            #expect(!headers.contains("planted"), "\(headers)")
            #expect(!post.headers.contains { ["authorization", "x-auth-token"].contains($0.name.lowercased()) })
        }
    }
}
