import Base
@preconcurrency import Glibc

/// Threads that evaluate queries of the HTTP API, so that a heavy one delays no tick and no send: those run on the pool.
///
/// They live as long as the process, with a lower priority than the pool's threads.
final class QueryThreads: TaskExecutor, @unchecked Sendable {
    // `jobs` and `head` are guarded by `mutex`; both pointers are never freed, as the threads never end.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [UnownedJob] = []
    private var head = 0
    private let count: Int
    private var isStarted = false

    /// Threads are started with the first job.
    init(count: Int) {
        self.count = count
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        pthread_mutex_lock(mutex)
        if !isStarted {
            isStarted = true
            for _ in 0..<count { OwnThread.run { self.serve() } }
        }
        jobs.append(job)
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    private func serve() {
        // On Linux this is the nice value of the calling thread alone.
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
        while true { next().runSynchronously(on: asUnownedTaskExecutor()) }
    }

    private func next() -> UnownedJob {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while head == jobs.count { pthread_cond_wait(condition, mutex) }
        let job = jobs[head]
        head += 1
        if head == jobs.count {
            jobs.removeAll(keepingCapacity: true)
            head = 0
        }
        return job
    }
}
