import Alerts
import Base
import HTTPServer
import JSON
import TimeSeries

/// The part of Alertmanager's API v2 that is about silences.
enum SilenceRoutes {
    static let all: [Route] = [
        Route("GET", "POST", path: "/api/v2/silences", style: .alertmanager) { service, request, _ throws(WebFailure) in
            request.method == "POST" ? try await post(service, request) : try await list(service, request)
        },
        Route("DELETE", "GET", path: "/api/v2/silence/{silenceID}", style: .alertmanager) {
            service, request, parameters throws(WebFailure) in
            try await one(service, request, parameters.first ?? "")
        },
    ]

    /// A filter names a matcher of the silence: it is not compared with labels.
    private static func list(
        _ service: WebService, _ request: HTTPServerRequest
    ) async throws(WebFailure) -> HTTPServerResponse {
        var wanted: [AlertMatcher] = []
        for text in request.query.values("filter") {
            do throws(MatcherSyntax.Refusal) { wanted.append(try MatcherSyntax.matcher(text)) } catch {
                throw .invalid(error.description)
            }
        }
        let silences = await service.backend.silences()
        return AlertmanagerJSON.answer { json in
            json.beginArray()
            for view in silences where wanted.allSatisfy(view.silence.matchers.contains) {
                AlertmanagerJSON.silence(view, &json)
            }
            json.endArray()
        }
    }

    private static func post(
        _ service: WebService, _ request: HTTPServerRequest
    ) async throws(WebFailure) -> HTTPServerResponse {
        let posted: PostedSilence
        do throws(PostedSilenceDecoder.Refusal) {
            posted = try PostedSilenceDecoder.decode(request, at: service.clock.now())
        } catch {
            return error.response
        }
        let id: String
        do throws(WebFailure) { id = try await service.backend.setSilence(posted) } catch {
            guard case .notFound(let reason) = error else { throw error }
            return AlertmanagerJSON.message(reason, status: 404)
        }
        return AlertmanagerJSON.answer { json in
            json.beginObject()
            json.key("silenceID")
            json.string(id)
            json.endObject()
        }
    }

    /// Shows or ends one; to end what has ended changes nothing.
    private static func one(
        _ service: WebService, _ request: HTTPServerRequest, _ id: String
    ) async throws(WebFailure) -> HTTPServerResponse {
        guard isUUID(id) else {
            let shown = "silenceID in path must be of type uuid: \(GoQuote.quoted(id))"
            return AlertmanagerJSON.failure(shown, code: 601, status: 422)
        }
        if request.method == "DELETE" {
            do throws(WebFailure) { try await service.backend.expireSilence(id) } catch {
                guard case .notFound = error else { throw error }
                return empty(status: 404)
            }
            return empty(status: 200)
        }
        guard let view = await service.backend.silences().first(where: { $0.silence.id == id }) else {
            return empty(status: 404)
        }
        return AlertmanagerJSON.answer { AlertmanagerJSON.silence(view, &$0) }
    }

    private static func empty(status: Int) -> HTTPServerResponse {
        HTTPServerResponse(status: status).with(header: "Cache-Control", "no-store")
    }

    /// Five groups of hexadecimal digits; the dashes may be missing, braces or `urn:uuid:` may be around, as there.
    static func isUUID(_ text: String) -> Bool {
        var text = text[...]
        if text.utf8.count == 45, text.lowercased().hasPrefix("urn:uuid:") { text = text.dropFirst(9) }
        if text.utf8.count == 38, text.hasPrefix("{"), text.hasSuffix("}") { text = text.dropFirst().dropLast() }
        var digits = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                UInt8(ascii: "A")...UInt8(ascii: "F"):
                digits += 1
            case UInt8(ascii: "-"): if ![8, 12, 16, 20].contains(digits) { return false }
            default: return false
            }
        }
        return digits == 32 && text.utf8.count <= 36
    }
}
