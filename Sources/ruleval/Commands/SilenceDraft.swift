import Alerts
import Base
import JSON

/// A silence as the command line reads, changes and posts it.
struct SilenceDraft {
    var id = ""
    var matchers: [(name: String, value: String, isRegex: Bool, isEqual: Bool)] = []
    var startsAt: Timestamp
    var endsAt: Timestamp
    var createdBy = ""
    var comment = ""
    var annotations: [(name: String, value: String)] = []
    var state = ""

    init(startsAt: Timestamp, endsAt: Timestamp) {
        self.startsAt = startsAt
        self.endsAt = endsAt
    }

    /// Reads one of the API, of an export, or of amtool's.
    init?(_ json: JSONValue) {
        guard let starts = RFC3339.parse(json["startsAt"]?.string ?? ""),
            let ends = RFC3339.parse(json["endsAt"]?.string ?? ""), let list = json["matchers"]?.array
        else { return nil }
        startsAt = starts
        endsAt = ends
        id = json["id"]?.string ?? ""
        createdBy = json["createdBy"]?.string ?? ""
        comment = json["comment"]?.string ?? ""
        state = json["status"]?["state"]?.string ?? ""
        annotations = (json["annotations"]?.object?.members ?? []).map { ($0.key, $0.value.string ?? "") }
        for matcher in list {
            guard let name = matcher["name"]?.string, let value = matcher["value"]?.string else { return nil }
            matchers.append((name, value, matcher["isRegex"]?.bool ?? false, matcher["isEqual"]?.bool ?? true))
        }
    }

    /// All conditions as people write them.
    var matcherText: String {
        matchers.map { matcher in
            let operation: AlertMatcher.Operation =
                matcher.isRegex ? (matcher.isEqual ? .matches : .notMatches) : (matcher.isEqual ? .equal : .notEqual)
            return (try? AlertMatcher(matcher.name, operation, matcher.value))?.description ?? matcher.name
        }.joined(separator: " ")
    }

    mutating func add(_ matcher: AlertMatcher) {
        matchers.append(
            (
                matcher.name, matcher.value, [.matches, .notMatches].contains(matcher.operation),
                [.equal, .matches].contains(matcher.operation)
            ))
    }

    /// The body to post.
    var body: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        for (key, value) in [
            ("id", id), ("comment", comment), ("createdBy", createdBy), ("startsAt", RFC3339.string(startsAt)),
            ("endsAt", RFC3339.string(endsAt)),
        ] where key != "id" || !value.isEmpty {
            json.key(key)
            json.string(value)
        }
        json.key("matchers")
        json.beginArray()
        for matcher in matchers {
            json.beginObject()
            json.key("name")
            json.string(matcher.name)
            json.key("value")
            json.string(matcher.value)
            json.key("isRegex")
            json.bool(matcher.isRegex)
            json.key("isEqual")
            json.bool(matcher.isEqual)
            json.endObject()
        }
        json.endArray()
        if !annotations.isEmpty {
            json.key("annotations")
            json.beginObject()
            for (name, value) in annotations {
                json.key(name)
                json.string(value)
            }
            json.endObject()
        }
        json.endObject()
        return json.takeBytes()
    }
}
