import Alerts
import HTTPTransport

/// What an answer over HTTP means for a delivery: 2xx is taken, 5xx may work in a moment, all else waits.
enum DeliveryRules {
    static func result(_ response: HTTPResponse) -> DeliveryResult {
        if response.isSuccess { return .delivered }
        let said = response.text(limit: 256).filter { !$0.isNewline }
        let reason = "unexpected status code \(response.status)" + (said.isEmpty ? "" : ": \(said)")
        return (500..<600).contains(response.status) ? .temporary(reason) : .permanent(reason)
    }

    static func result(_ error: HTTPError) -> DeliveryResult {
        switch error.kind {
        case .invalidRequest, .tooLarge: .permanent(error.message)
        default: .temporary(error.message)
        }
    }
}
