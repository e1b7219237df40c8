import Base

@testable import Web

// A libFuzzer target for bodies of `POST /api/v1/webhook/alertmanager`. scripts/fuzz compiles it with
// `-sanitize=fuzzer -parse-as-library`.

/// Reads the input as another Alertmanager's message; no alert ends before it starts.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzWebhookBody(_ bytes: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let body = Array(UnsafeBufferPointer(start: bytes, count: size))
    do throws(WebFailure) {
        for alert in try WebhookDecoder.decode(body, now: Timestamp(milliseconds: 1_800_000_000_000)) {
            if let start = alert.startsAt, let end = alert.endsAt { precondition(start <= end, "\(alert)") }
        }
    } catch {
        precondition(error.status == 400 && !error.description.isEmpty)
    }
    return 0
}
