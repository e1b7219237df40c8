internal import Glibc

/// The clock of what this process has had of processors, all threads together: on a busy machine it says more than a
/// clock on the wall.
public enum ProcessorTime {
    /// Since the process began.
    public static var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
