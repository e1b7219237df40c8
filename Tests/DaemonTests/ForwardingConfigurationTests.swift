import Base
import Daemon
import Testing
import YAML

@Suite("Forwarding in the configuration")
struct ForwardingConfigurationTests {
    private static func errors(_ text: String) throws -> [String] {
        let document = try YAMLDocument(parsing: text, file: "ruleval.yml")
        do throws(Diagnostics) {
            _ = try DaemonConfiguration(document: document, path: "ruleval.yml")
            return []
        } catch {
            return "\(error)".split(separator: "\n").map(String.init)
        }
    }

    static let source = "datasource: {url: 'http://p:9090'}\nrule_files: [rules/*.yml]\n"

    @Test(
        "is accepted",
        arguments: [
            source, source + "alertmanagers: [{url: 'http://a:9093'}]",
            source + "remote_write: [{url: 'http://p:9090/api/v1/write'}, {url: 'http://q/write', name: q}]",
            source + "remote_write: []\nalertmanagers:\n",
            source + "alertmanagers: [{url: 'http://a'}]\nroute: {receiver: r}\nreceivers: [{name: r}]",
        ])
    func accepted(_ text: String) throws { #expect(try Self.errors(text) == []) }

    @Test(
        "is refused with its place",
        arguments: [
            ("global: {}", "ruleval.yml:1:1: error: no route provided in config"),
            (source + "receivers: [{name: r}]", "ruleval.yml:1:1: error: no route provided in config"),
            (source + "alertmanagers: [{}]", "ruleval.yml:3:17: error: an alertmanagers entry needs 'url'"),
            (
                source + "alertmanagers: [{url: 'http://a', ulr: b}]",
                "ruleval.yml:3:35: error: unknown key 'ulr' in alertmanagers entry (did you mean 'url'?)"
            ),
            (
                source + "remote_write: [{url: 'http://a', name: n}, {url: 'http://b', name: n}]",
                "ruleval.yml:3:15: error: 'remote_write' has two entries named 'n'"
            ),
            (
                source + "remote_write: {url: 'http://a'}",
                "ruleval.yml:3:15: error: remote_write must be a list, not a mapping"
            ),
        ])
    func refused(_ text: String, _ message: String) throws { #expect(try Self.errors(text) == [message]) }
}
