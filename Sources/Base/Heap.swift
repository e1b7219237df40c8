internal import CHeap
internal import Glibc

/// What a process that runs for months asks of its memory.
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

    /// Gives back what is free and what only the start of the process, or rare work, has read of the program and its
    /// libraries: most of their pages. Those in use come back from the system's file cache at the next call, some
    /// hundred of them, without reading.
    public static func settle() {
        trim()
        ruleval_each_clean_segment { start, bytes in
            if let start { Heap.release(from: UInt(bitPattern: start), bytes: UInt(bytes)) }
        }
    }

    /// Lets go of pages that are mapped from a file and were never written.
    private static func release(from address: UInt, bytes: UInt) {
        let page = UInt(sysconf(Int32(_SC_PAGESIZE)))
        let start = address / page * page
        let end = (address + bytes + page - 1) / page * page
        // What cannot be let go of stays.
        _ = madvise(UnsafeMutableRawPointer(bitPattern: start), Int(end - start), MADV_DONTNEED)
    }
}
