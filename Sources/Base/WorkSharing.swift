internal import Glibc
internal import Synchronization

/// Threads that take part in a calculation on whose result another one waits.
///
/// A calculation is cut into pieces. The thread that began it takes pieces as well, and all of them when the helpers are
/// busy elsewhere: nobody waits for a helper that has not begun. Helpers live as long as the process, one less than there
/// are cores, with a lower priority than the threads of ticks.
public final class WorkSharing: @unchecked Sendable {
    // `waiting`, `isStarted` and the counts of jobs are guarded by `mutex`; the pointers are never freed.
    /// The threads of this process.
    public static let shared = WorkSharing(helpers: min(7, max(0, sysconf(Int32(_SC_NPROCESSORS_ONLN)) - 1)))

    /// A calculation and its pieces.
    private final class Job {
        let count: Int
        let next = Atomic<Int>(0)
        var body: ((Int, Bool) -> Void)?
        var helpers = 0

        init(count: Int, body: @escaping (Int, Bool) -> Void) {
            self.count = count
            self.body = body
        }

        /// Takes pieces until none is left.
        func work(isHelper: Bool) {
            guard let body else { return }
            while true {
                let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
                if piece >= count { return }
                body(piece, isHelper)
            }
        }
    }

    private let helpers: Int
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let offered = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var waiting: [Job] = []
    private var isStarted = false

    init(helpers: Int) {
        self.helpers = helpers
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(offered, nil)
        pthread_cond_init(done, nil)
    }

    /// Calls `body` for the pieces `0..<count`, in any order and at the same time, and returns when all are done.
    ///
    /// `body` is told whether it runs on a helper. It must touch nothing that another piece changes.
    public func run(pieces count: Int, _ body: (_ piece: Int, _ isHelper: Bool) -> Void) {
        guard helpers > 0, count > 1 else {
            for piece in 0..<count { body(piece, false) }
            return
        }
        withoutActuallyEscaping(body) { body in
            let job = Job(count: count, body: body)
            offer(job)
            job.work(isHelper: false)
            withdraw(job)
        }
    }

    private func offer(_ job: Job) {
        pthread_mutex_lock(mutex)
        if !isStarted {
            isStarted = true
            for _ in 0..<helpers { OwnThread.run { self.help() } }
        }
        waiting.append(job)
        pthread_cond_signal(offered)
        pthread_mutex_unlock(mutex)
    }

    private func withdraw(_ job: Job) {
        pthread_mutex_lock(mutex)
        waiting.removeAll { $0 === job }
        while job.helpers > 0 { pthread_cond_wait(done, mutex) }
        job.body = nil
        pthread_mutex_unlock(mutex)
    }

    private func help() {
        // On Linux this is the nice value of the calling thread alone.
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
        pthread_mutex_lock(mutex)
        while true {
            guard let job = waiting.first(where: { $0.next.load(ordering: .relaxed) < $0.count }) else {
                pthread_cond_wait(offered, mutex)
                continue
            }
            job.helpers += 1
            pthread_mutex_unlock(mutex)
            job.work(isHelper: true)
            pthread_mutex_lock(mutex)
            job.helpers -= 1
            if job.helpers == 0 { pthread_cond_broadcast(done) }
        }
    }
}
