import Base
import HTTPTransport
import JSON

extension SilenceCommand {
    func add() async throws {
        let matchers = try MatcherWords.matchers(operands)
        if matchers.isEmpty { throw UsageError("name what to silence: an alert's name, or name=value") }
        let start = try time("--start") ?? now
        var draft = SilenceDraft(startsAt: start, endsAt: start + (try duration("--duration") ?? .seconds(3600)))
        if let end = try time("--end") { draft.endsAt = end }
        for matcher in matchers { draft.add(matcher) }
        draft.createdBy = arguments.value("--by") ?? Environment.login
        draft.comment = arguments.value("--comment") ?? ""
        for text in arguments.all("--annotation") {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw UsageError("--annotation needs NAME=VALUE, not \(text)")
            }
            draft.annotations.append((parts[0], parts[1]))
        }
        Terminal.out(try await post(draft) + "\n")
    }

    func update() async throws {
        let (start, end, length) = (try time("--start"), try time("--end"), try duration("--duration"))
        let comment = arguments.value("--comment")
        if start == nil, end == nil, length == nil, comment == nil {
            throw UsageError("say what changes: --start, --end, --duration or --comment")
        }
        for id in try identifiers() {
            var draft = try await fetch(id: id).silence
            draft.startsAt = start ?? draft.startsAt
            if let length { draft.endsAt = (start ?? max(now, draft.startsAt)) + length }
            draft.endsAt = end ?? draft.endsAt
            draft.comment = comment ?? draft.comment
            Terminal.out(try await post(draft) + "\n")
        }
    }

    func expire() async throws {
        for id in try identifiers() {
            do {
                _ = try await client.json("DELETE", "/api/v2/silence/\(PercentEncoding.component(id))")
            } catch let refusal as APIRefusal where refusal.status == 404 {
                throw APIRefusal(HTTPResponse(status: 404, body: Array("there is no silence \(id)".utf8)))
            }
        }
    }

    /// Silences that the daemon knows are changed, others created; what has ended is left out.
    func importFile() async throws {
        guard operands.count == 1, let path = operands.first else { throw UsageError("name one file, - for input") }
        let text: [UInt8]
        do throws(Diagnostic) {
            text = try TextFile.read(path == "-" ? "/dev/stdin" : path, maximumBytes: 64 << 20)
        } catch {
            throw ImportFailure(description: "\(error)")
        }
        guard let items = (try? JSONValue(parsing: text))?.array else {
            throw ImportFailure(description: "\(path): a list of silences in JSON is expected")
        }
        var counts = (taken: 0, left: 0)
        for (index, item) in items.enumerated() {
            guard var draft = SilenceDraft(item) else {
                throw ImportFailure(description: "\(path): item \(index) is no silence")
            }
            if draft.state == "expired" || draft.endsAt <= now {
                counts.left += 1
                continue
            }
            do { _ = try await post(draft) } catch let refusal as APIRefusal where refusal.status == 404 {
                draft.id = ""
                _ = try await post(draft)
            }
            counts.taken += 1
        }
        Terminal.out("\(counts.taken) imported, \(counts.left) ended and left out\n")
    }

    private func post(_ draft: SilenceDraft) async throws -> String {
        try await client.json("POST", "/api/v2/silences", body: draft.body)["silenceID"]?.string ?? ""
    }
}

/// What was to be imported cannot be read.
struct ImportFailure: Error, CustomStringConvertible {
    let description: String
}
