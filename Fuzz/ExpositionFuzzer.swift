import Base
import PrometheusAPI
import TimeSeries

// A libFuzzer target for files of samples. scripts/fuzz compiles it with `-sanitize=fuzzer -parse-as-library`.

/// Reads the input as Prometheus' text format and as OpenMetrics.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzExposition(_ bytes: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let text = Array(UnsafeBufferPointer(start: bytes, count: size))
    read(text)
    read(text + Array("\n# EOF\n".utf8))
    return 0
}

private func read(_ text: [UInt8]) {
    var exposition = ExpositionText()
    do throws(Diagnostic) {
        try exposition.read(text, file: "f", now: Timestamp(milliseconds: 1_700_000_000_000))
    } catch {
        guard let position = error.position else { preconditionFailure("no place: \(error)") }
        let lines = text.count { $0 == 0x0A } + 1
        precondition(!error.message.isEmpty && (1...lines).contains(position.line) && position.column >= 1, "\(error)")
        return
    }
    // Whatever was read, the store takes each sample and gives it back.
    let store = EmbeddedStore()
    var count = 0
    for series in exposition.series {
        precondition(zip(series.timestamps, series.timestamps.dropFirst()).allSatisfy { $0 < $1 }, "\(series.labels)")
        precondition(series.labels.flaw == nil, "\(series.labels)")
        count += series.count
    }
    guard exposition.series.allSatisfy({ $0.timestamps.allSatisfy { $0.magnitude < 1 << 60 } }) else { return }
    precondition(store.append(exposition.series).isEmpty)
    let all = SeriesRequest(matchers: [], start: .distantPast, end: .distantFuture)
    precondition(store.select(all).series.reduce(0) { $0 + $1.count } == count)
}
