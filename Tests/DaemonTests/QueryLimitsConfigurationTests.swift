import Base
import Daemon
import QueryEngine
import Testing
import YAML

@Suite("Limits of queries in the configuration")
struct QueryLimitsConfigurationTests {
    private static func load(_ section: String) throws -> DaemonConfiguration {
        let text = "datasource: {url: 'http://p:9090'}\nrule_files: [rules/*.yml]\n" + section
        return try DaemonConfiguration(
            document: try YAMLDocument(parsing: text, file: "ruleval.yml"), path: "ruleval.yml")
    }

    @Test("are Prometheus' unless they are set")
    func defaults() throws {
        let limits = try Self.load("").queryLimits
        #expect(limits == QueryLimits())
        #expect(limits.samples == 50_000_000)
        #expect(limits.steps == 11_000)
        #expect(limits.timeout == .seconds(120))
        #expect(limits.series == nil)
    }

    @Test("are read")
    func read() throws {
        let section = "query_limits: {max_samples: 7, timeout: 3s, max_series: 8, max_steps: 9}"
        let limits = try Self.load(section).queryLimits
        #expect(limits.samples == 7)
        #expect(limits.timeout == .seconds(3))
        #expect(limits.series == 8)
        #expect(limits.steps == 9)
    }

    @Test(
        "are refused with their place",
        arguments: [
            ("max_samples: 0", "ruleval.yml:3:29: error: 'max_samples' must be 1 at least, not 0"),
            ("max_steps: -5", "ruleval.yml:3:27: error: 'max_steps' must be 1 at least, not -5"),
            ("timeout: 0s", "ruleval.yml:3:25: error: 'timeout' must be longer than 0"),
            (
                "max_sample: 5",
                "ruleval.yml:3:16: error: unknown key 'max_sample' in 'query_limits' (did you mean 'max_samples'?)"
            ),
        ])
    func refused(_ keys: String, _ message: String) throws {
        let error = #expect(throws: Diagnostics.self) { try Self.load("query_limits: {\(keys)}") }
        #expect(error.map { "\($0)" } == message)
    }
}
