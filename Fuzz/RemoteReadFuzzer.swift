import HTTPTransport
import TimeSeries

@testable import PrometheusAPI

// A libFuzzer target for answers of remote read. scripts/fuzz compiles it with
// `-sanitize=fuzzer -parse-as-library`, the modules with `-enable-testing`.

/// Reads the input as the message of an answer, and as a compressed body.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRemoteRead(_ bytes: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: bytes, count: size))
    for body in [Snappy.compress(input), input] {
        for count in 1...2 {
            let answers = try? RemoteRead.decode(
                body, count: count, budget: ByteBudget(1 << 20), externalLabels: ["b": "c"])
            guard let answers else { continue }
            precondition(answers.count == count)
            for series in answers.joined() {
                precondition(zip(series.timestamps, series.timestamps.dropFirst()).allSatisfy { $0 < $1 })
                precondition(series.histograms.isEmpty || series.histograms.count == series.count)
            }
        }
    }
    return 0
}
