import JSON

@testable import PrometheusAPI

// A libFuzzer target for JSON and for answers of the query API. scripts/fuzz compiles it with
// `-sanitize=fuzzer -parse-as-library`, the modules with `-enable-testing`.

/// Reads the input as any JSON and as an answer of Prometheus.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ bytes: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let text = Array(UnsafeBufferPointer(start: bytes, count: size))
    if let value = try? JSONValue(parsing: text) {
        // What was written is read as the same.
        let written = value.text
        guard let again = try? JSONValue(parsing: Array(written.utf8)) else { preconditionFailure(written) }
        precondition(again.text == written, "\(written) became \(again.text)")
    }
    do throws(JSONError) {
        _ = try QueryAnswer(PrometheusAnswer(text))
    } catch { precondition(!error.description.isEmpty) }
    return 0
}
