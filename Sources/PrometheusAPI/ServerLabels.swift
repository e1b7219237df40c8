import Base
import TimeSeries
import YAML

/// A server's external labels, as known at some time.
struct ServerLabels: Sendable {
    let labels: Labels
    let asked: Timestamp

    /// `global.external_labels` of the server's configuration; nil where the server does not show it.
    /// - Throws: ``PrometheusError`` when the server does not answer: it could add labels that nobody asked for.
    static func external(of client: PrometheusClient) async throws(PrometheusError) -> Labels? {
        let text: String
        do throws(PrometheusError) {
            text = try await client.data("/api/v1/status/config")["yaml"]?.string ?? ""
        } catch {
            switch error.kind {
            case .status(let status) where status < 500, .refused(_, let status) where status < 500: return nil
            case .status(501), .malformed: return nil
            default: throw error
            }
        }
        guard let document = try? YAMLDocument(parsing: text) else { return nil }
        let pairs = document.root?["global"]?["external_labels"]?.mapping ?? []
        return Labels(
            pairs.compactMap { pair in
                guard let name = pair.key.scalar?.text, let value = pair.value.scalar?.text else { return nil }
                return (name, value)
            })
    }
}
