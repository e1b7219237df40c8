import Glibc

/// A real Prometheus on a free port of this machine, for the time of one test.
final class PrometheusPeer {
    /// What it says to an expression: its printed form, or its refusal.
    enum Answer: Equatable {
        case printed(String)
        case refused(String)
    }

    /// Why there is no answer.
    struct Failure: Error {
        var reason: String
    }

    private let port: UInt16
    private let process: pid_t
    private let folder: String

    /// Its program, nil (and said so) when it was not unpacked.
    static let program: String? = {
        let path = ".peers/usr/bin/prometheus"
        if access(path, X_OK) == 0 { return path }
        print("SKIPPED: no \(path); run make peers")
        return nil
    }()

    /// Starts it and waits until it answers.
    init(program: String, features: [String]) throws {
        var template = Array("/tmp/ruleval-promql-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Failure(reason: "no temporary folder") }
        folder = String(cString: made)
        guard let config = fopen(folder + "/prometheus.yml", "w") else { throw Failure(reason: "no configuration") }
        fputs("global: {}\n", config)
        fclose(config)
        port = try Self.freePort()
        let arguments = [
            program, "--config.file=\(folder)/prometheus.yml", "--storage.tsdb.path=\(folder)/data",
            "--web.listen-address=127.0.0.1:\(port)", "--log.level=error",
            "--enable-feature=" + features.joined(separator: ","),
        ]
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
        }
        defer { posix_spawn_file_actions_destroy(&actions) }
        var child: pid_t = 0
        guard posix_spawn(&child, program, &actions, nil, &pointers, environ) == 0 else {
            throw Failure(reason: "cannot start \(program)")
        }
        process = child
        for _ in 0..<200 {
            if (try? format("1")) == .printed("1") { return }
            usleep(50_000)
        }
        throw Failure(reason: "\(program) does not answer")
    }

    deinit {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
        let words = ["rm", "-rf", folder]
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var child: pid_t = 0
        if posix_spawnp(&child, "rm", nil, nil, &pointers, environ) == 0 { waitpid(child, nil, 0) }
    }

    /// Asks `/api/v1/format_query`.
    func format(_ expression: String) throws -> Answer {
        let body = try post("/api/v1/format_query", "query=" + Self.percentEncoded(expression))
        if let data = Self.field("data", in: body), body.contains("\"status\":\"success\"") { return .printed(data) }
        guard let error = Self.field("error", in: body) else { throw Failure(reason: body) }
        let prefix = "invalid parameter \"query\": "
        return .refused(error.hasPrefix(prefix) ? String(error.dropFirst(prefix.count)) : error)
    }

    // MARK: HTTP, as little as needed

    private static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        if !bound { throw Failure(reason: "no free port") }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private func post(_ path: String, _ body: String) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = Self.loopback(port: port)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard connected else { throw Failure(reason: "not connected") }
        let request =
            "POST \(path) HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n" + body
        var rest = Array(request.utf8)[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { throw Failure(reason: "not sent") }
            rest = rest.dropFirst(sent)
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 { answer += buffer[..<count] }
        // The body begins behind the first empty line.
        let separator: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
        guard let end = answer.indices.first(where: { answer[$0...].starts(with: separator) }) else {
            throw Failure(reason: "no answer")
        }
        return String(decoding: answer[(end + separator.count)...], as: UTF8.self)
    }

    private static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: out.unicodeScalars.append(Unicode.Scalar(byte))
            default: out += "%" + String(digits[Int(byte >> 4)]) + String(digits[Int(byte & 15)])
            }
        }
        return out
    }

    /// The text of a field of a flat JSON object.
    private static func field(_ name: String, in json: String) -> String? {
        let all = Array(json.utf16)
        let mark = Array("\"\(name)\":\"".utf16)
        guard let start = all.indices.first(where: { all[$0...].starts(with: mark) }) else { return nil }
        var units: [UInt16] = []
        var rest = all[(start + mark.count)...]
        while let unit = rest.popFirst(), unit != 0x22 {
            guard unit == 0x5C, let escape = rest.popFirst() else {
                units.append(unit)
                continue
            }
            switch escape {
            case 0x6E: units.append(0x0A)
            case 0x74: units.append(0x09)
            case 0x72: units.append(0x0D)
            case 0x75:
                units.append(UInt16(String(decoding: rest.prefix(4), as: UTF16.self), radix: 16) ?? 0xFFFD)
                rest = rest.dropFirst(4)
            default: units.append(escape)
            }
        }
        return String(decoding: units, as: UTF16.self)
    }
}
