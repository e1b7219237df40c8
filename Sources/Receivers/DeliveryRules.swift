import Alerts
import HTTPTransport

/// What an answer over HTTP means for a delivery: 2xx is taken, 5xx may work in a moment, all else waits.
enum DeliveryRules {
    /// - Parameters:
    ///   - retried: statuses below 500 that may work in a moment as well.
    ///   - tellsKind: whether Alertmanager counts the kind of error for this receiver.
    static func result(_ response: HTTPResponse, retried: Set<Int> = [], tellsKind: Bool = true) -> DeliveryResult {
        if response.isSuccess { return .delivered }
        let said = said(response)
        let text = "unexpected status code \(response.status)" + (said.isEmpty ? "" : ": \(said)")
        switch response.status {
        case 500..<600: return .temporary(DeliveryFailure(text, tellsKind ? .serverError : .other))
        case 400..<500:
            let failure = DeliveryFailure(text, tellsKind ? .clientError : .other)
            return retried.contains(response.status) ? .temporary(failure) : .permanent(failure)
        default: return .permanent("\(text)")
        }
    }

    /// The beginning of an answer, on one line.
    static func said(_ response: HTTPResponse) -> String { response.text(limit: 256).filter { !$0.isNewline } }

    static func result(_ error: HTTPError) -> DeliveryResult {
        switch error.kind {
        case .invalidRequest, .tooLarge: .permanent("\(error.message)")
        default: .temporary("\(error.message)")
        }
    }
}
