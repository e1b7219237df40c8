import Base
import HTTPServer
import HTTPTransport

/// Who is let in, and what for.
///
/// Passwords are checked on threads of their own, few at a time; the last one found right is remembered for each user.
public actor AccessControl {
    /// What becomes of a request.
    enum Verdict: Sendable {
        /// It goes on; the name of who asks, nil where nobody is asked for one.
        case allowed(who: String?)
        case refused(HTTPServerResponse)
    }

    /// Passwords that are checked at once.
    private static let places = 2
    /// Requests that may wait for such a place.
    private static let waiting = 64
    /// Compared with for unknown names, so that the time does not tell who is known.
    private static let nobody = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi"

    private let users: [String: Secret]
    private let tokens: [(name: String, token: Secret, rights: AccessRights)]
    private var bucket: TokenBucket?
    private var remembered: [String: Secret] = [:]
    private var checking = 0
    private var queue: [CheckedContinuation<Void, Never>] = []

    /// The rules of `configuration`; tokens are read now.
    /// - Throws: A ``Diagnostic`` when a token cannot be read or is empty.
    public init(_ configuration: WebConfiguration) throws(Diagnostic) {
        users = Dictionary(configuration.users.map { ($0.name, $0.hash) }) { _, last in last }
        var tokens: [(name: String, token: Secret, rights: AccessRights)] = []
        for token in configuration.tokens {
            let text: Secret
            do throws(HTTPError) { text = try token.token.read() } catch { throw Diagnostic(error.message) }
            if text.reveal().isEmpty { throw Diagnostic("the bearer token '\(token.name)' is empty") }
            tokens.append((token.name, text, token.rights))
        }
        self.tokens = tokens
        bucket = configuration.rateLimit.map { TokenBucket(interval: $0.interval, burst: $0.burst) }
    }

    /// Whether `request` may go on.
    func verdict(on request: HTTPServerRequest, now: Timestamp) async -> Verdict {
        if bucket?.take(at: now) == false {
            return .refused(HTTPServerResponse(status: 429, text: "Too Many Requests\n"))
        }
        if users.isEmpty, tokens.isEmpty { return .allowed(who: nil) }
        switch AccessCredentials(request.header("Authorization")) {
        case .basic(let name, let password) where !users.isEmpty:
            if await isRight(name, password) { return .allowed(who: name) }
        case .bearer(let text):
            // All are compared: the time tells nothing of which one was close.
            var found: (name: String, rights: AccessRights)?
            for token in tokens where PasswordHash.sameText(Array(token.token.reveal().utf8), Array(text.utf8)) {
                found = (token.name, token.rights)
            }
            if let found {
                if found.rights == .write || request.onlyReads { return .allowed(who: found.name) }
                return .refused(
                    HTTPServerResponse(status: 403, text: "the token '\(found.name)' may only read\n"))
            }
        default: break
        }
        return .refused(
            HTTPServerResponse(status: 401, text: "Unauthorized\n")
                .with(header: "WWW-Authenticate", users.isEmpty ? "Bearer" : "Basic"))
    }

    private func isRight(_ name: String, _ password: String) async -> Bool {
        if let known = remembered[name], PasswordHash.sameText(Array(known.reveal().utf8), Array(password.utf8)) {
            return true
        }
        guard await takePlace() else { return false }
        let hash = users[name]?.reveal() ?? Self.nobody
        let matches = await OwnThread.value { PasswordHash.matches(password, hash) }
        givePlace()
        guard matches, users[name] != nil else { return false }
        remembered[name] = Secret(password)
        return true
    }

    /// Waits for its turn; false when too many wait.
    private func takePlace() async -> Bool {
        if checking < Self.places {
            checking += 1
            return true
        }
        if queue.count >= Self.waiting { return false }
        await withCheckedContinuation { queue.append($0) }
        return true
    }

    private func givePlace() {
        if queue.isEmpty { checking -= 1 } else { queue.removeFirst().resume() }
    }
}

/// What an `Authorization` header shows.
enum AccessCredentials {
    case none
    case basic(name: String, password: String)
    case bearer(String)

    init(_ header: String?) {
        self = .none
        guard let header, let space = header.firstIndex(of: " ") else { return }
        let rest = header[header.index(after: space)...].drop { $0 == " " }
        switch header[..<space].lowercased() {
        case "bearer": self = .bearer(String(rest))
        case "basic":
            guard let bytes = Base64.decode(String(rest)) else { return }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return }
            self = .basic(name: String(text[..<colon]), password: String(text[text.index(after: colon)...]))
        default: break
        }
    }
}

extension HTTPServerRequest {
    /// Paths that are posted to without changing anything.
    private static let questions: Set<String> = [
        "/api/v1/query", "/api/v1/query_range", "/api/v1/format_query", "/api/v1/parse_query", "/api/v1/labels",
        "/api/v1/series",
    ]

    /// Whether it only asks.
    var onlyReads: Bool {
        ["GET", "HEAD", "OPTIONS"].contains(method) || method == "POST" && Self.questions.contains(path)
    }
}
