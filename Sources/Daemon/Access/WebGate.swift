import Base
@preconcurrency import Glibc
import HTTPServer
import Web

/// Keeps access to the HTTP surface as the web configuration file and the files it names say, also when they change.
actor WebGate {
    /// How often files are looked at.
    private static let pause = Duration.seconds(5)

    /// A web configuration with everything it names read.
    struct Loaded: Sendable {
        let configuration: WebConfiguration
        let tls: HTTPServerTLS?
        fileprivate let stamps: [String: FileStamp]
    }

    let path: String?
    nonisolated let access = WebAccess()
    private(set) var inForce: Loaded?
    private var stamps: [String: FileStamp] = [:]
    private weak var server: HTTPServer?

    /// A gate for the file at `path`; without one everybody is let in.
    init(path: String?) { self.path = path }

    /// Reads the file and what it names; nil without one.
    /// - Throws: all that is wrong.
    nonisolated func load() throws(Diagnostics) -> Loaded? {
        guard let path else { return nil }
        let configuration = try WebConfiguration(file: path)
        let files = [path] + (configuration.tls?.files ?? []) + configuration.tokenFiles
        // Looked at before they are read: what changes between is read again.
        let stamps = Dictionary(files.map { ($0, FileStamp($0)) }) { first, _ in first }
        do throws(Diagnostic) {
            return Loaded(configuration: configuration, tls: try configuration.tls?.load(), stamps: stamps)
        } catch {
            throw Diagnostics([error])
        }
    }

    /// Puts what was read in force.
    /// - Throws: why it cannot be; what was in force stays.
    func apply(_ loaded: Loaded?) throws(Diagnostics) {
        guard let loaded else { return }
        do throws(Diagnostic) {
            if server != nil, let inForce, (inForce.tls == nil) != (loaded.tls == nil) {
                throw Diagnostic("TLS can be switched on and off by a restart only")
            }
            do throws(HTTPServerError) {
                if let tls = loaded.tls { try server?.replace(tls: tls) }
            } catch {
                throw Diagnostic("\(path ?? ""): \(error)")
            }
            try access.replace(with: loaded.configuration)
        } catch {
            throw Diagnostics([error])
        }
        inForce = loaded
        stamps = loaded.stamps
    }

    /// From now on changes reach `server`.
    func serve(_ server: HTTPServer) { self.server = server }

    /// Looks at the files again and again, and puts in force what changed.
    func watch(_ log: Log) async {
        guard path != nil else { return }
        while !Task.isCancelled {
            do { try await Task.sleep(for: Self.pause) } catch { return }
            let now = Dictionary(stamps.keys.map { ($0, FileStamp($0)) }) { first, _ in first }
            if now == stamps { continue }
            do throws(Diagnostics) {
                try apply(try load())
                log.write(.info, "web configuration in force", ["file": path ?? ""])
            } catch {
                // Said once for each change.
                stamps = now
                log.write(.error, "web configuration is wrong, the old one stays in force", ["reason": "\(error)"])
            }
        }
    }
}

/// What tells that a file is another one than before.
struct FileStamp: Hashable, Sendable {
    private let parts: [Int64]

    init(_ path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0 else {
            parts = []
            return
        }
        parts = [
            Int64(facts.st_mtim.tv_sec), Int64(facts.st_mtim.tv_nsec), Int64(facts.st_size),
            Int64(bitPattern: UInt64(facts.st_ino)),
        ]
    }
}
