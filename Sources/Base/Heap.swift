internal import CHeap

/// What a process that runs for months asks of glibc's heap.
public enum Heap {
    private static let isTuned: Bool = {
        // Few threads allocate at once; each further arena keeps a peak of its own.
        mallopt(M_ARENA_MAX, 2)
        // Large bodies go back to the system when they have been read, however many there were.
        mallopt(M_MMAP_THRESHOLD, 256 << 10)
        mallopt(M_TRIM_THRESHOLD, 1 << 20)
        return mallopt(M_TOP_PAD, 128 << 10) == 1
    }()

    /// Prefers little memory held to the last percent of speed; once, before there are many threads.
    public static func tune() { _ = isTuned }

    /// Gives what is free back to the system: after a peak that does not come again soon. Takes milliseconds.
    public static func trim() { malloc_trim(0) }
}
