import Base
import Web

extension DaemonBackend {
    func alertmanagers() async -> [String] {
        await daemon.current.configuration.alertmanagers.map(\.endpoint.text)
    }

    func heartbeats() async -> [HeartbeatView] {
        await daemon.heartbeats?.statuses.map(HeartbeatView.init) ?? []
    }

    func beat(_ name: String) async throws(WebFailure) -> HeartbeatView {
        guard let beats = await daemon.heartbeats else { throw .unavailable("not ready") }
        do {
            guard try await beats.beat(name),
                let status = await beats.statuses.first(where: { $0.settings.name == name })
            else { throw WebFailure.notFound("there is no heartbeat \(name) in the configuration") }
            return HeartbeatView(status)
        } catch let failure as WebFailure {
            throw failure
        } catch {
            throw .unavailable("\(error)")
        }
    }
}
