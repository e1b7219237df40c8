import Base
import HTTPServer

@testable import Web

// A libFuzzer target for bodies of `POST /api/v2/silences`. scripts/fuzz compiles it with
// `-sanitize=fuzzer -parse-as-library`.

/// Reads the input as a silence; what is taken has matchers and an end behind its start.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSilenceBody(_ bytes: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let body = Array(UnsafeBufferPointer(start: bytes, count: size))
    guard
        let request = HTTPServerRequest(
            method: "POST", target: "/api/v2/silences",
            headers: [.init(name: "Content-Type", value: "application/json")],
            body: body, remoteAddress: "127.0.0.1")
    else { preconditionFailure("no request") }
    do throws(PostedSilenceDecoder.Refusal) {
        let silence = try PostedSilenceDecoder.decode(request, at: Timestamp(milliseconds: 1_800_000_000_000))
        precondition(!silence.matchers.isEmpty)
        precondition(silence.startsAt <= silence.endsAt)
    } catch { precondition((400..<500).contains(error.response.status)) }
    return 0
}
