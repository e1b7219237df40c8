import BenchmarkSupport
import Glibc
import HTTPTransport
import PrometheusAPI
import TestSupport
import TimeSeries

/// A server under measurement.
struct BenchmarkServer {
    let name: String
    let port: Int
    let process: ChildProcess
    /// Removed with its owner.
    let folder: TemporaryFolder

    var url: String { "http://127.0.0.1:\(port)" }

    /// Starts a real Prometheus that takes remote write; nil without peers.
    static func prometheus(_ folder: TemporaryFolder) async throws -> BenchmarkServer? {
        guard let program = Surroundings.peer("prometheus") else { return nil }
        try folder.write("prometheus.yml", "global: {scrape_interval: 15s}\n")
        let port = try Surroundings.freePort()
        let process = try ChildProcess(
            program,
            [
                "--config.file=\(folder.path)/prometheus.yml", "--storage.tsdb.path=\(folder.path)/data",
                "--web.listen-address=127.0.0.1:\(port)", "--web.enable-remote-write-receiver", "--log.level=error",
            ], folder: folder)
        return try await BenchmarkServer(name: "prometheus", port: port, process: process, folder: folder).ready()
    }

    /// Starts `ruleval run` with this datasource.
    static func ruleval(_ datasource: String, _ folder: TemporaryFolder) async throws -> BenchmarkServer {
        try folder.write("rules/none.yml", "groups: []\n")
        try folder.write(
            "ruleval.yml",
            """
            datasource: \(datasource)
            rule_files: [rules/*.yml]
            route: {receiver: none}
            receivers: [{name: none}]

            """)
        let port = try Surroundings.freePort()
        let process = try ChildProcess(
            BenchmarkArguments.text("binary", Surroundings.root + "/.build/release/ruleval"),
            [
                "run", "--config", folder.path + "/ruleval.yml", "--listen", "127.0.0.1:\(port)", "--state",
                folder.path + "/state",
            ], folder: folder)
        return try await BenchmarkServer(name: "ruleval", port: port, process: process, folder: folder).ready()
    }

    private func ready() async throws -> BenchmarkServer {
        let client = HTTPClient()
        let isReady = await eventually(within: .seconds(60)) {
            (try? await client.send(HTTPRequest("GET", url + "/-/ready")))?.status == 200
        }
        guard isReady else { throw ChildProcessError(path: name, reason: process.errorOutput) }
        return self
    }

    /// Processor time that its threads have had, in nanoseconds.
    var processorTime: Int {
        let folder = "/proc/\(process.id)/task"
        guard let directory = opendir(folder) else { return 0 }
        defer { closedir(directory) }
        var total = 0
        while let entry = readdir(directory) {
            let task = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let file = fopen("\(folder)/\(task)/schedstat", "r") else { continue }
            defer { fclose(file) }
            var line = [CChar](repeating: 0, count: 128)
            guard fgets(&line, 128, file) != nil else { continue }
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            total += text.split(separator: " ").first.flatMap { Int($0) } ?? 0
        }
        return total
    }

    /// Resident memory in megabytes.
    var residentMegabytes: Int {
        guard let file = fopen("/proc/\(process.id)/statm", "r") else { return 0 }
        defer { fclose(file) }
        var size = 0
        var resident = 0
        return withUnsafeMutablePointer(to: &size) { size in
            withUnsafeMutablePointer(to: &resident) { resident in
                withVaList([size, resident]) { vfscanf(file, "%ld %ld", $0) } == 2 ? resident.pointee / 256 : 0
            }
        }
    }

    /// Waits until it has nothing more to do, such as compacting blocks.
    func settle() async throws {
        var before = processorTime
        for _ in 0..<120 {
            try await Task.sleep(for: .seconds(1))
            let now = processorTime
            if now - before < 20_000_000 { return }
            before = now
        }
    }
}
