import Alerts
import Base
import HTTPServer

@testable import Web

// A libFuzzer target for bodies of `POST /api/v2/alerts`. scripts/fuzz compiles it with
// `-sanitize=fuzzer -parse-as-library`.

/// What the reader in one pass takes, the full decoder takes too, and both read the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAlertsBody(_ bytes: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let body = Array(UnsafeBufferPointer(start: bytes, count: size))
    let plain = PlainAlertsReader.read(body)
    do throws(PostedAlertsDecoder.Refusal) {
        let full = try PostedAlertsDecoder.decodeTree(body)
        if let plain { precondition(plain == full, "\(plain) is not \(full)") }
        for alert in full {
            do throws(PostedAlert.Refusal) {
                let now = Timestamp(milliseconds: 1_800_000_000_000)
                let taken = try alert.accepted(at: now, resolveTimeout: .seconds(300))
                precondition(!taken.labels.isEmpty)
            } catch { precondition(!error.description.isEmpty) }
        }
    } catch {
        precondition(plain == nil, "refused: \(error.message)")
        precondition((400..<500).contains(error.status))
    }
    return 0
}
