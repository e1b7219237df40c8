@preconcurrency import Glibc
import TestSupport

/// Makes a symbolic link.
func makeLink(_ target: String, _ path: String) throws {
    guard let real = realpath(target, nil) else { throw ChildProcessError(path: target, reason: "is not there") }
    defer { free(real) }
    guard symlink(String(cString: real), path) == 0 else { throw ChildProcessError(path: path, reason: "symlink") }
}

/// Whether a program is on this machine; says loudly when it is not.
func isInstalled(_ path: String) -> Bool {
    if access(path, X_OK) == 0 { return true }
    Surroundings.say("*** SKIPPED: no \(path) on this machine ***")
    return false
}
