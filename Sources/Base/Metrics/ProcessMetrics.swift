internal import Glibc

/// What the kernel knows of this process, under the names that every client library gives it.
///
/// - Source: proc(5); names as in Prometheus' client libraries.
public enum ProcessMetrics {
    /// Registers the metrics; they are read anew at each exposition.
    public static func register(in registry: MetricsRegistry) {
        let cpu = registry.counter(
            "process_cpu_seconds_total", "Total user and system CPU time spent in seconds.")
        let resident = registry.gauge("process_resident_memory_bytes", "Resident memory size in bytes.")
        let virtual = registry.gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.")
        let files = registry.gauge("process_open_fds", "Number of open file descriptors.")
        let limit = registry.gauge("process_max_fds", "Maximum number of open file descriptors.")
        let threads = registry.gauge("process_threads", "Number of operating system threads in the process.")
        let start = registry.gauge(
            "process_start_time_seconds", "Start time of the process since unix epoch in seconds.")
        registry.beforeExposition {
            guard let now = Reading() else { return }
            cpu.raise(to: now.cpuSeconds)
            resident.set(now.residentBytes)
            virtual.set(now.virtualBytes)
            files.set(Double(now.openFiles))
            limit.set(now.maximumFiles)
            threads.set(now.threads)
            start.set(now.startTime)
        }
    }

    /// One look at /proc/self.
    struct Reading {
        var cpuSeconds = 0.0
        var residentBytes = 0.0
        var virtualBytes = 0.0
        var openFiles = 0
        var maximumFiles = 0.0
        var threads = 0.0
        var startTime = 0.0

        init?() {
            // The name in parentheses may contain anything: the fields are counted from behind it, the first is number 3.
            guard let line = Self.text("/proc/self/stat"), let end = line.lastIndex(of: ")") else { return nil }
            let fields = line[line.index(after: end)...].split(separator: " ").map { Double($0) ?? 0 }
            guard fields.count > 21 else { return nil }
            let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
            cpuSeconds = (fields[11] + fields[12]) / ticks
            threads = fields[17]
            virtualBytes = fields[20]
            residentBytes = fields[21] * Double(sysconf(Int32(_SC_PAGESIZE)))
            if let boot = Self.text("/proc/stat")?.split(separator: "\n").first(where: { $0.hasPrefix("btime ") }) {
                startTime = (Double(boot.dropFirst(6)) ?? 0) + fields[19] / ticks
            }
            var bound = rlimit()
            if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &bound) == 0 {
                maximumFiles = Double(bound.rlim_cur)
            }
            if let folder = opendir("/proc/self/fd") {
                while readdir(folder) != nil { openFiles += 1 }
                closedir(folder)
                openFiles -= 3  // ".", ".." and the folder itself
            }
        }

        private static func text(_ path: String) -> String? {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return nil }
            defer { close(descriptor) }
            var all: [UInt8] = []
            var room = [UInt8](repeating: 0, count: 16 << 10)
            while true {
                let count = read(descriptor, &room, room.count)
                if count <= 0 { return String(decoding: all, as: UTF8.self) }
                all.append(contentsOf: room[..<count])
            }
        }
    }
}
