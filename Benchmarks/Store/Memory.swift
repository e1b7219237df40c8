import Base
import Glibc

/// Memory and time of this process.
enum Process {
    /// A line of /proc/self/status in bytes: `VmRSS`, `VmHWM`.
    private static func status(_ name: String) -> Int {
        let text = (try? TextFile.read("/proc/self/status", maximumBytes: 1 << 16)) ?? []
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") where line.hasPrefix(name + ":") {
            return (Int(line.filter(\.isNumber)) ?? 0) << 10
        }
        return 0
    }

    /// Resident memory now. Bytes.
    static var resident: Int { status("VmRSS") }

    /// The most that was resident since the last call. Bytes.
    static var peak: Int {
        let most = status("VmHWM")
        if let file = fopen("/proc/self/clear_refs", "w") {
            fputs("5", file)
            fclose(file)
        }
        return most
    }

    /// Processor seconds of the whole process so far.
    static var seconds: Double { clock(CLOCK_PROCESS_CPUTIME_ID) }

    /// Processor seconds of the calling thread so far.
    static var threadSeconds: Double { clock(CLOCK_THREAD_CPUTIME_ID) }

    private static func clock(_ id: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(id, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
