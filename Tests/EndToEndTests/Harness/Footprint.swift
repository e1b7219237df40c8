@preconcurrency import Glibc
import TestSupport

/// What the kernel says about a process's memory.
enum Footprint {
    /// The most that was resident since the start, or since ``forgetPeak(of:)``, in bytes.
    static func peak(of process: Int32) -> Int {
        let status = TemporaryFolder.text(of: "/proc/\(process)/status")
        for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
            return (Int(line.filter { $0.isNumber }) ?? 0) << 10
        }
        return 0
    }

    /// Makes the peak what is resident now.
    static func forgetPeak(of process: Int32) {
        let file = open("/proc/\(process)/clear_refs", O_WRONLY)
        guard file >= 0 else { return }
        defer { close(file) }
        _ = write(file, "5", 1)
    }
}
