import Base
import HTTPTransport
import JSON

extension SilenceCommand {
    func list() async throws {
        let filters = MatcherWords.filters(try MatcherWords.matchers(operands))
        let within = try duration("--within")
        let all = try await fetch(filters).filter { item in
            let silence = item.silence
            if !arguments.has("--all"), (silence.state == "expired") != arguments.has("--expired") { return false }
            if let by = arguments.value("--by"), silence.createdBy != by { return false }
            guard let within else { return true }
            return silence.state == "expired" ? silence.endsAt >= now - within : silence.endsAt <= now + within
        }
        print(all, try format())
    }

    func show() async throws {
        var found: [(json: JSONValue, silence: SilenceDraft)] = []
        for id in try identifiers() { found.append(try await fetch(id: id)) }
        print(found, try format())
    }

    func export() async throws {
        if !operands.isEmpty {
            throw UsageError("export takes no operands: it writes all silences that have not ended")
        }
        print(try await fetch([]).filter { $0.silence.state != "expired" }, "json")
    }

    func fetch(id: String) async throws -> (json: JSONValue, silence: SilenceDraft) {
        do {
            let json = try await client.json("GET", "/api/v2/silence/\(PercentEncoding.component(id))")
            guard let silence = SilenceDraft(json) else { throw UsageError("the daemon's answer is no silence") }
            return (json, silence)
        } catch let refusal as APIRefusal where refusal.status == 404 {
            throw APIRefusal(HTTPResponse(status: 404, body: Array("there is no silence \(id)".utf8)))
        }
    }

    private func fetch(
        _ filters: [(name: String, value: String)]
    ) async throws -> [(json: JSONValue, silence: SilenceDraft)] {
        let path = "/api/v2/silences" + (filters.isEmpty ? "" : "?" + PercentEncoding.form(filters))
        return try await client.json("GET", path).array?.compactMap { json in
            SilenceDraft(json).map { (json, $0) }
        } ?? []
    }

    private func print(_ all: [(json: JSONValue, silence: SilenceDraft)], _ format: String) {
        switch format {
        case "ids": Terminal.out(all.map { $0.silence.id + "\n" }.joined())
        case "json":
            var writer = JSONWriter()
            writer.beginArray()
            for item in all { writer.value(item.json) }
            writer.endArray()
            Terminal.out(writer.text + "\n")
        default:
            let rows = all.map { item in
                let silence = item.silence
                return [
                    silence.id, silence.state, silence.matcherText, RFC3339.string(silence.startsAt),
                    RFC3339.string(silence.endsAt), silence.createdBy, silence.comment,
                ]
            }
            let header = ["id", "state", "matchers", "startsAt", "endsAt", "createdBy", "comment"]
            Terminal.out(TextTable(header: header, rows: rows).text)
        }
    }
}
