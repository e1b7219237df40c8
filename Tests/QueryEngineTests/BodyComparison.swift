import Base
import HTTPTransport
import JSON

/// One call of the query API, and whether two bodies say the same.
struct BodyComparison: CustomStringConvertible {
    let text: String
    let isRange: Bool
    /// Seconds behind the beginning of the data.
    let offset: Int
    /// Beside those that say what is asked.
    var parameters: [(name: String, value: String)] = []

    struct Tally {
        var identical = 0
        var equal = 0
        var refused = 0
    }

    struct Body {
        var status: Int
        var bytes: [UInt8]
        var json: JSONValue
    }

    var description: String { "\(isRange ? "range" : "instant") at \(offset): \(text)" }

    func ask(_ base: String, _ http: HTTPClient) async throws -> Body {
        let start = RandomExpression.start + offset
        var parameters = self.parameters + [(name: "query", value: text)]
        if isRange {
            parameters.append((name: "start", value: String(start)))
            parameters.append((name: "end", value: String(start + 300)))
            parameters.append((name: "step", value: "20s"))
        } else {
            parameters.append((name: "time", value: String(start)))
        }
        let form = PercentEncoding.form(parameters)
        let url = base + (base.hasSuffix("/") ? "" : "/") + "api/v1/\(isRange ? "query_range" : "query")"
        var request = HTTPRequest("GET", "\(url)?\(form)")
        if offset % 2 == 1 {
            request = HTTPRequest("POST", url)
            request.headers.append(HTTPHeader("Content-Type", "application/x-www-form-urlencoded"))
            request.body = Array(form.utf8)
        }
        let response = try await http.send(request)
        return Body(status: response.status, bytes: response.body, json: try JSONValue(parsing: response.body))
    }

    /// Whether each step of the range, asked alone, has the same answer.
    func agreesStepByStep(_ ours: String, _ theirs: String, _ http: HTTPClient) async throws -> Bool {
        for step in 0..<(isRange ? 16 : 1) {
            let alone = BodyComparison(text: text, isRange: false, offset: offset + step * 20)
            var agrees = false
            for _ in 0..<3 where !agrees {
                var tally = Tally()
                let found = try await alone.ask(ours, http)
                agrees = alone.difference(found, try await alone.ask(theirs, http), &tally) == nil
            }
            if !agrees { return false }
        }
        return true
    }

    /// What differs; nil when the bodies say the same.
    func difference(_ ours: Body, _ theirs: Body, _ tally: inout Tally) -> String? {
        if ours.bytes == theirs.bytes, ours.status == theirs.status {
            tally.identical += 1
            return nil
        }
        let isRefused = (ours.json["status"]?.string == "error", theirs.json["status"]?.string == "error")
        switch isRefused {
        case (true, true):
            tally.refused += 1
            let said = (Self.error(ours.json), Self.error(theirs.json))
            if ours.status == theirs.status, said.0 == said.1 { return nil }
            // Which mistake of several is told, and how series are written in it, changed between versions.
            return ours.status == theirs.status && ours.json["errorType"] == theirs.json["errorType"]
                ? nil : "ours \(ours.status) \(said.0), theirs \(theirs.status) \(said.1)"
        case (true, false):
            let message = Self.error(ours.json)
            let isStricter =
                message.contains("many-to-one matching must be explicit")
                || message.contains("unexpected character in duration expression")
            if isStricter { tally.refused += 1 }
            return isStricter ? nil : "only we refuse: \(message)"
        case (false, true):
            let message = Self.error(theirs.json)
            let hasDuration: Bool = ["[", "offset"].contains { (part: String) -> Bool in text.contains(part) }
            let isNewer: Bool = ["</", ">/"].contains { (part: String) -> Bool in text.contains(part) }
            let reasons: [Bool] = [
                isRange && message.contains("same labelset"), isNewer, message.contains("duration"),
                hasDuration && message.contains("parse error"),
            ]
            let isKnown = reasons.contains(true)
            if isKnown { tally.refused += 1 }
            return isKnown ? nil : "only they refuse: \(message)"
        case (false, false): break
        }
        tally.equal += 1
        if ours.status != theirs.status { return "status \(ours.status), theirs \(theirs.status)" }
        for key in ["warnings", "infos"] {
            let notes = (notes(ours.json[key]), notes(theirs.json[key]))
            if notes.0 != notes.1 { return "\(key) \(notes.0), theirs \(notes.1)" }
        }
        let (mine, other) = (ours.json["data"], theirs.json["data"])
        guard mine?["resultType"] == other?["resultType"] else { return "another type of result" }
        if ["scalar", "string"].contains(mine?["resultType"]?.string) {
            return Self.value(mine?["result"], other?["result"], "")
        }
        return Self.rows(mine, other)
    }

    private static func error(_ json: JSONValue) -> String { json["error"]?.string ?? "" }

    /// Remarks in order, without what newer versions add or leave out; within a subquery the peer gives no place.
    private func notes(_ value: JSONValue?) -> [String] {
        let newer = ["sort is ineffective", "conflicting counter resets"]
        let told = (value?.array ?? []).compactMap(\.string).filter { note in !newer.contains { note.contains($0) } }
        return told.map { note in
            var note = note
            if let name = note.firstRange(of: " for metric name \""),
                let end = note[name.upperBound...].firstIndex(of: "\"")
            {
                note.removeSubrange(name.lowerBound...end)
            }
            if text.contains("["), let place = note.lastIndex(of: "(") { note = String(note[..<place]) }
            return note
        }.sorted()
    }

    private static func rows(_ ours: JSONValue?, _ theirs: JSONValue?) -> String? {
        let lists = (ours?["result"]?.array ?? [], theirs?["result"]?.array ?? [])
        func key(_ row: JSONValue) -> String { row["metric"]?.text ?? "" }
        let known = Dictionary(lists.0.map { (key($0), $0) }, uniquingKeysWith: { $1 })
        for row in lists.1 {
            guard let own = known[key(row)] else { return "we lack \(key(row)) of \(lists.1.count)" }
            for field in ["value", "values", "histogram", "histograms"] {
                if let problem = value(own[field], row[field], key(row)) { return problem }
            }
        }
        return lists.0.count == lists.1.count ? nil : "\(lists.0.count) series, theirs \(lists.1.count)"
    }

    private static func value(_ ours: JSONValue?, _ theirs: JSONValue?, _ place: String) -> String? {
        if ours == theirs { return nil }
        if let mine = ours?.array, let other = theirs?.array, mine.count == other.count {
            for (a, b) in zip(mine, other) { if let problem = value(a, b, place) { return problem } }
            return nil
        }
        if let mine = ours?.object, let other = theirs?.object, mine.members.map(\.key) == other.members.map(\.key) {
            for (a, b) in zip(mine.members, other.members) {
                if let problem = value(a.value, b.value, place) { return problem }
            }
            return nil
        }
        if let a = ours?.string.flatMap(Double.init), let b = theirs?.string.flatMap(Double.init) {
            // Where a sum is near nothing, what is left are the last digits of its parts.
            if (a - b).magnitude <= 1e-12 * max(a.magnitude, b.magnitude, 1) { return nil }
        }
        return "\(place): \(ours?.text ?? "none"), theirs \(theirs?.text ?? "none")"
    }
}
