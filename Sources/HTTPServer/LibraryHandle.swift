/// A pointer into libmicrohttpd that only names a connection or the daemon.
///
/// `@unchecked Sendable`: the library guards what is behind it (suspend, resume, quiesce and stop may be called from any
/// thread); that it is still alive is kept by the lock of ``ServerCore``.
struct LibraryHandle: Hashable, @unchecked Sendable {
    let pointer: OpaquePointer
}
