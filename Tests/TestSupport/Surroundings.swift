@preconcurrency internal import Glibc
import Synchronization

/// What tests find beside the package: real peers, the corpus, the built binary. What is missing is said loudly.
public enum Surroundings {
    /// The package's root: where `swift test` runs.
    public static let root: String = {
        let path = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        return access(path + "/Package.swift", F_OK) == 0 ? path : "."
    }()

    /// The path of a real program of `make peers` (`prometheus`, `promtool`, `prometheus-alertmanager`, `amtool`,
    /// `vmalert`); nil, with a loud line, when it is not there.
    public static func peer(_ name: String) -> String? {
        let path = root + "/.peers/usr/bin/" + name
        if access(path, X_OK) == 0 { return path }
        say("*** SKIPPED: no \(name) in .peers: run `make peers` to compare with the real program ***")
        return nil
    }

    /// Whether a peer is there, without a word.
    public static func hasPeer(_ name: String) -> Bool { access(root + "/.peers/usr/bin/" + name, X_OK) == 0 }

    /// The corpus: RULEVAL_CORPUS, else ../shared/corpus beside the package; nil, with a loud line, without one.
    public static func corpus() -> String? {
        let path = getenv("RULEVAL_CORPUS").map { String(cString: $0) } ?? root + "/../shared/corpus"
        if access(path, R_OK) == 0 { return path }
        say("*** SKIPPED: no corpus at \(path): set RULEVAL_CORPUS to compare with it ***")
        return nil
    }

    /// Whether the long campaigns were asked for (`make soak`).
    public static var isSoak: Bool { getenv("RULEVAL_SOAK") != nil }

    /// The number in an environment variable; nil without one.
    public static func number(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }

    /// Whether generated files are to be written anew instead of compared.
    public static var rewrites: Bool { getenv("RULEVAL_REWRITE") != nil }

    /// Writes a generated file anew.
    public static func rewrite(_ path: String, _ text: String) throws {
        guard let file = fopen(path, "w") else {
            throw ChildProcessError(path: path, reason: String(cString: strerror(errno)))
        }
        defer { fclose(file) }
        fputs(text, file)
    }

    /// Removes a file.
    public static func remove(_ path: String) { _ = Glibc.remove(path) }

    /// A variable of the environment.
    public static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// The debug binary that `swift build` made.
    public static var binary: String { root + "/.build/debug/ruleval" }

    /// Prints a line that nobody overlooks.
    public static func say(_ line: String) { fputs(line + "\n", stderr) }

    /// Ports that have been given away.
    private static let given = Mutex<Set<Int>>([])

    /// A port that nothing listens on right now, and that is given to nobody else: it lies below those that the system
    /// takes for connections, so that none takes it before the program that is to listen there has started.
    public static func freePort() throws -> Int {
        for _ in 0..<200 {
            let port = Int.random(in: 20_000..<32_000)
            if given.withLock({ $0.insert(port).inserted }), isFree(port) { return port }
        }
        throw ChildProcessError(path: "socket", reason: "no free port")
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    /// Whether something listens on this port of loopback.
    public static func accepts(port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
