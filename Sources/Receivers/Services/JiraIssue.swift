import Base
import JSON
import TimeSeries

/// What is said to Jira about one group.
struct JiraIssue {
    let texts: MessageTexts
    private let settings: JiraSettings

    private static let summaryLimit = 255
    private static let descriptionLimit = 32_767

    init(_ settings: JiraSettings, _ texts: MessageTexts) {
        self.settings = settings
        self.texts = texts
    }

    /// The label by which the group's issue is found again.
    private var label: String { "ALERT{\(texts.keyHash)}" }

    private func text(_ key: String) throws(MessageError) -> String { try texts.text(settings.texts[key] ?? "") }

    /// Asks for the group's issues: those that are open, and closed ones that may be opened again.
    func search() throws(MessageError) -> JSONWriter {
        var query = ""
        let wontFix = try text("wont_fix_resolution")
        if !wontFix.isEmpty {
            query += "(resolution is EMPTY or resolution != \(GoQuote.quoted(wontFix))) and "
        }
        if !texts.isFiring || (settings.texts["reopen_transition"] ?? "").isEmpty {
            query += "statusCategory != Done and "
        } else if settings.reopenDuration > .zero {
            let minutes = settings.reopenDuration.components.seconds / 60
            query += "(resolutiondate is EMPTY OR resolutiondate >= -\(minutes)m) and "
        }
        query += "project=\(GoQuote.quoted(try text("project"))) and labels=\(GoQuote.quoted(label)) "
        query += "order by status ASC,resolutiondate DESC"
        var json = JSONWriter()
        json.beginObject()
        json.beginArray("fields")
        json.string("status")
        json.endArray()
        json.member("jql", query)
        json.key("maxResults")
        json.integer(2)
        json.endObject()
        return json
    }

    /// A new issue, or what is said anew about one.
    func body(isNew: Bool) throws(MessageError) -> JSONWriter {
        var members: [String: JSONValue] = [:]
        for (key, value) in settings.fields { members[key] = try texts.rendered(value) }
        members["project"] = .object(JSONObject([.init(key: "key", value: .string(try text("project")))]))
        members["issuetype"] = .object(JSONObject([.init(key: "name", value: .string(try text("issue_type")))]))
        if isNew || settings.summary.isUpdated {
            let summary = try texts.text(settings.summary.template)
            members["summary"] = .string(summary.truncated(to: Self.summaryLimit))
        }
        if isNew || settings.description.isUpdated { members["description"] = try description() }
        var labels = [label]
        for template in settings.labels { labels.append(try texts.text(template)) }
        labels.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        members["labels"] = .array(labels.map { .string($0) })
        let priority = try text("priority")
        if !priority.isEmpty {
            members["priority"] = .object(JSONObject([.init(key: "name", value: .string(priority))]))
        }
        let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        var json = JSONWriter()
        json.beginObject()
        json.key("fields")
        json.value(.object(JSONObject(sorted.map { .init(key: $0.key, value: $0.value) })))
        json.endObject()
        return json
    }

    /// Text for version 2 of the API, a document for version 3.
    private func description() throws(MessageError) -> JSONValue? {
        let text = try texts.text(settings.description.template).truncated(to: Self.descriptionLimit)
        if text.isEmpty { return nil }
        let path = settings.url.hasSuffix("/") ? String(settings.url.dropLast()) : settings.url
        guard path.hasSuffix("/3") else { return .string(text) }
        guard let document = try? JSONValue(parsing: Array(text.utf8)) else {
            throw .refused("description template: invalid JSON for API v3")
        }
        return document
    }
}
