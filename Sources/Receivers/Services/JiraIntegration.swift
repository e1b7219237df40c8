import Alerts
import HTTPTransport
import JSON

/// Keeps an issue per group: makes it, updates it, closes and opens it again.
struct JiraIntegration: Integration {
    let profile: IntegrationProfile
    private let settings: JiraSettings
    private let means: DeliveryMeans
    private let client: HTTPMessageClient

    init(_ id: IntegrationID, _ settings: JiraSettings, _ means: DeliveryMeans) {
        profile = IntegrationProfile(id: id, sendsResolved: settings.sendsResolved)
        self.settings = settings
        self.means = means
        client = HTTPMessageClient(settings.http, means)
    }

    func deliver(_ notification: Notification, timeout: Duration) async -> DeliveryResult {
        let steps = Steps(
            settings: settings, issue: JiraIssue(settings, MessageTexts(notification, means)), client: client,
            deadline: .now + timeout)
        do throws(Stop) {
            try await steps.run()
            return .delivered
        } catch { return error.result }
    }

    /// Ends the steps.
    private struct Stop: Error {
        var result: DeliveryResult
    }

    /// An issue that is there.
    private struct Found {
        var key: String
        var isDone: Bool
    }

    private struct Steps {
        let settings: JiraSettings
        let issue: JiraIssue
        let client: HTTPMessageClient
        let deadline: ContinuousClock.Instant

        func run() async throws(Stop) {
            let search = try make { () throws(MessageError) in try issue.search() }
            let answer = try await send(
                HTTPMessage(to: address(settings.usesNewSearch ? "search/jql" : "search"), json: search),
                "failed to look up existing issues")
            guard let found = Self.first(answer) else {
                // Nothing is there: an end needs no issue.
                if !issue.texts.isFiring { return }
                let body = try make { () throws(MessageError) in try issue.body(isNew: true) }
                _ = try await send(HTTPMessage(to: address("issue"), json: body), "failed to create the issue")
                return
            }
            let body = try make { () throws(MessageError) in try issue.body(isNew: false) }
            let path = "issue/" + PercentEncoding.component(found.key)
            _ = try await send(
                HTTPMessage(method: "PUT", to: address(path), json: body), "failed to update the issue")
            if issue.texts.isFiring == found.isDone { try await move(path) }
        }

        private func make<Value>(_ make: () throws(MessageError) -> Value) throws(Stop) -> Value {
            do throws(MessageError) { return try make() } catch {
                throw Stop(result: error.result(of: JiraSettings.type))
            }
        }

        /// Takes the transition that the group's state asks for, if one is configured.
        private func move(_ path: String) async throws(Stop) {
            let name = try make { () throws(MessageError) in
                try issue.texts.text(
                    settings.texts[issue.texts.isFiring ? "reopen_transition" : "resolve_transition"] ?? "")
            }
            if name.isEmpty { return }
            let list = try await send(
                HTTPMessage(method: "GET", to: address(path + "/transitions")), "failed to get transitions")
            let transitions = list["transitions"]?.array ?? []
            guard let id = transitions.first(where: { $0["name"]?.string == name })?["id"]?.string else {
                throw Stop(result: .permanent("can't find transition \(name) for the issue"))
            }
            var json = JSONWriter()
            json.beginObject()
            json.beginObject("transition")
            json.member("id", id)
            json.endObject()
            json.endObject()
            _ = try await send(
                HTTPMessage(to: address(path + "/transitions"), json: json), "failed to transition the issue")
        }

        private func address(_ path: String) -> String {
            (settings.url.hasSuffix("/") ? settings.url : settings.url + "/") + path
        }

        /// Sends and returns the answer; null where it is no JSON.
        private func send(_ message: HTTPMessage, _ failure: String) async throws(Stop) -> JSONValue {
            var message = message
            message.headers = [
                HTTPHeader("Content-Type", "application/json"), HTTPHeader("Accept-Language", "en"),
            ]
            let response: HTTPResponse
            do throws(HTTPError) { response = try await client.send(message, timeout: deadline - .now) } catch {
                throw Stop(result: DeliveryRules.result(error))
            }
            switch DeliveryRules.result(response, retried: [429]) {
            case .delivered: return (try? JSONValue(parsing: response.body)) ?? .null
            case .temporary(let reason):
                throw Stop(result: .temporary(DeliveryFailure("\(failure): \(reason)", reason.reason)))
            case .permanent(let reason):
                throw Stop(result: .permanent(DeliveryFailure("\(failure): \(reason)", reason.reason)))
            }
        }

        private static func first(_ answer: JSONValue) -> Found? {
            guard let issue = answer["issues"]?[0], let key = issue["key"]?.string else { return nil }
            let category = issue["fields"]?["status"]?["statusCategory"]?["key"]?.string
            return Found(key: key, isDone: category == "done")
        }
    }
}

extension JiraSettings {
    /// Jira's cloud has another address for searching.
    var usesNewSearch: Bool {
        apiType == "cloud" || (apiType == "auto" && HTTPURL(url)?.host.hasSuffix("atlassian.net") == true)
    }
}
