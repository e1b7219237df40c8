import Alerts
import Base
import HTTPServer
import JSON
import RegularExpressions
import TimeSeries

/// Reads the body of `POST /api/v2/silences`.
///
/// First the whole body must have the right types, then nothing may be missing, then times and matchers are judged.
///
/// - Source: the API's OpenAPI document; statuses, codes and words as observed on Alertmanager 0.33.1.
struct PostedSilenceDecoder {
    /// Why the body is refused.
    enum Refusal: Error {
        /// The layer that checks requests: `{"code":…,"message":…}`
        case body(status: Int, code: Int, message: String)
        /// The API itself: a text, status 400.
        case silence(String)

        static func unreadable(_ reason: String) -> Refusal {
            .body(status: 400, code: 400, message: "parsing silence body from \"\" failed, because \(reason)")
        }

        static func missing(_ field: String) -> Refusal {
            .body(status: 422, code: 602, message: "\(field) in body is required")
        }

        var response: HTTPServerResponse {
            switch self {
            case .body(let status, let code, let message):
                AlertmanagerJSON.failure(message, code: code, status: status)
            case .silence(let message): AlertmanagerJSON.message(message, status: 400)
            }
        }
    }

    private struct Matcher {
        var name: String?
        var value: String?
        var isRegex: Bool?
        var isEqual: Bool?
    }

    private var id: String?
    private var matchers: [Matcher]?
    private var startsAt: Timestamp?
    private var endsAt: Timestamp?
    private var createdBy: String?
    private var comment: String?
    private var annotations = Labels.empty

    static func decode(_ request: HTTPServerRequest, at now: Timestamp) throws(Refusal) -> PostedSilence {
        if JSONPrefix.isBlank(request.body) { throw .missing("silence") }
        let document: JSONValue
        do throws(JSONError) { document = try JSONPrefix.value(request.body) } catch {
            throw .unreadable(error.description)
        }
        var decoder = PostedSilenceDecoder()
        try decoder.read(document)
        return try decoder.silence(at: now)
    }

    // MARK: - Types

    private mutating func read(_ document: JSONValue) throws(Refusal) {
        if document.isNull { return }
        guard let object = document.object else {
            throw .unreadable(
                "json: cannot unmarshal \(document.goKind) into Go value of type "
                    + #"struct { ID string "json:\"id,omitempty\"" }"#)
        }
        if let value = object["id"] { id = try Self.text(value, "", "id") }
        for member in object where !member.value.isNull {
            switch member.key {
            case "matchers": matchers = try Self.matchers(member.value)
            case "startsAt": startsAt = try Self.time(member.value)
            case "endsAt": endsAt = try Self.time(member.value)
            case "createdBy": createdBy = try Self.text(member.value, "Silence", "createdBy")
            case "comment": comment = try Self.text(member.value, "Silence", "comment")
            case "annotations": annotations = try Self.labels(member.value)
            default: break
            }
        }
    }

    private static func mismatch(
        _ value: JSONValue, _ owner: String, _ field: String, _ type: String
    ) -> Refusal {
        .unreadable("json: cannot unmarshal \(value.goKind) into Go struct field \(owner).\(field) of type \(type)")
    }

    private static func text(_ value: JSONValue, _ owner: String, _ field: String) throws(Refusal) -> String? {
        if value.isNull { return nil }
        guard let text = value.string else { throw mismatch(value, owner, field, "string") }
        return text
    }

    private static func flag(_ value: JSONValue, _ field: String) throws(Refusal) -> Bool? {
        if value.isNull { return nil }
        guard let flag = value.bool else { throw mismatch(value, "Silence", field, "bool") }
        return flag
    }

    private static func time(_ value: JSONValue) throws(Refusal) -> Timestamp {
        guard let text = value.string else {
            throw .unreadable("json: cannot unmarshal \(value.goKind) into Go value of type string")
        }
        guard let time = PostedTime.parse(text) else { throw .unreadable(PostedTime.refusal(of: text)) }
        return time
    }

    private static func labels(_ value: JSONValue) throws(Refusal) -> Labels {
        guard let object = value.object else { throw mismatch(value, "Silence", "annotations", "models.LabelSet") }
        var pairs: [(String, String)] = []
        for member in object {
            pairs.append((member.key, try text(member.value, "Silence", "annotations.\(member.key)") ?? ""))
        }
        return Labels(keepingEmpty: pairs)
    }

    private static func matchers(_ value: JSONValue) throws(Refusal) -> [Matcher] {
        guard let items = value.array else { throw mismatch(value, "Silence", "matchers", "models.Matchers") }
        var found: [Matcher] = []
        for (index, item) in items.enumerated() {
            if item.isNull { throw .unreadable("a matcher is null") }
            guard let object = item.object else {
                throw .unreadable(
                    "json: cannot unmarshal \(item.goKind) into Silence.matchers.\(index) of type models.Matcher")
            }
            var matcher = Matcher()
            for member in object {
                let field = "matchers.\(index).\(member.key)"
                switch member.key {
                case "name": matcher.name = try text(member.value, "Silence", field)
                case "value": matcher.value = try text(member.value, "Silence", field)
                case "isRegex": matcher.isRegex = try flag(member.value, field)
                case "isEqual": matcher.isEqual = try flag(member.value, field)
                default: break
                }
            }
            found.append(matcher)
        }
        return found
    }

    // MARK: - Meaning

    private func silence(at now: Timestamp) throws(Refusal) -> PostedSilence {
        guard let comment else { throw .missing("comment") }
        guard let createdBy else { throw .missing("createdBy") }
        guard let endsAt else { throw .missing("endsAt") }
        guard let matchers else { throw .missing("matchers") }
        if matchers.isEmpty {
            throw .body(status: 422, code: 612, message: "matchers in body should have at least 1 items")
        }
        for (index, matcher) in matchers.enumerated() {
            if matcher.isRegex == nil { throw .missing("matchers.\(index).isRegex") }
            if matcher.name == nil { throw .missing("matchers.\(index).name") }
            if matcher.value == nil { throw .missing("matchers.\(index).value") }
        }
        guard let startsAt else { throw .missing("startsAt") }
        if startsAt >= endsAt { throw .silence("Failed to create silence: start time must be before end time") }
        if endsAt < now { throw .silence("Failed to create silence: end time can't be in the past") }
        var meant: [AlertMatcher] = []
        for (index, matcher) in matchers.enumerated() { meant.append(try Self.meaning(of: matcher, index)) }
        return PostedSilence(
            id: id ?? "", matchers: meant, startsAt: startsAt, endsAt: endsAt, createdBy: createdBy, comment: comment,
            annotations: annotations)
    }

    private static func meaning(of matcher: Matcher, _ index: Int) throws(Refusal) -> AlertMatcher {
        let place = "invalid silence: invalid label matcher \(index) in set 0: "
        let name = matcher.name ?? ""
        if name.isEmpty { throw .silence(place + "invalid label name \"\"") }
        let value = matcher.value ?? ""
        let isEqual = matcher.isEqual ?? true
        let operation: AlertMatcher.Operation =
            matcher.isRegex == true ? (isEqual ? .matches : .notMatches) : (isEqual ? .equal : .notEqual)
        do throws(RegularExpressionError) {
            // Silences are compiled as they stand, other matchers with anchors around them.
            if matcher.isRegex == true { _ = try RegularExpression(value) }
            return try AlertMatcher(name, operation, value)
        } catch {
            throw .silence(place + "invalid regular expression \(GoQuote.quoted(value)): \(error)")
        }
    }
}
