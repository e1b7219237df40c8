import Base
import TimeSeries

@testable import PrometheusAPI

// A libFuzzer target for bodies of remote write, both versions. scripts/fuzz compiles it with
// `-sanitize=fuzzer -parse-as-library`, the modules with `-enable-testing`.

/// Reads the input as a message, and as a compressed body; what can be read goes into a store.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRemoteWrite(_ bytes: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: bytes, count: size))
    for body in [Snappy.compress(input), input] {
        for version in RemoteWriteRequest.Version.allCases {
            do throws(RemoteBodyError) {
                take(try RemoteWriteRequest.decode(body, version: version, limit: 1 << 20), version)
            } catch { precondition(!error.message.isEmpty) }
        }
    }
    return 0
}

private func take(_ body: RemoteWriteBody, _ version: RemoteWriteRequest.Version) {
    for series in body.series {
        precondition(series.labels.flaw == nil, "\(series.labels)")
        precondition(series.count > 0 && series.values.count == series.count)
        precondition(series.histograms.isEmpty || series.histograms.count == series.count)
    }
    for refusal in body.refusals { precondition(!refusal.reason.isEmpty && refusal.place <= body.samples.count) }
    let store = EmbeddedStore(limits: .init(retention: .seconds(3600), maximumBytes: 1 << 20))
    let latest = Timestamp(milliseconds: 1_700_000_000_000)
    if version == .two {
        let outcome = store.commitEach(body.samples, latest: latest)
        precondition(outcome.refusals.allSatisfy { (0..<body.samples.count).contains($0.series) })
    } else {
        _ = store.commit(body.samples, latest: latest)
    }
    // What is held is in order, and is encoded and read again as it is.
    let held = store.select(SeriesRequest(matchers: [], start: .distantPast, end: .distantFuture)).series
    for series in held {
        precondition(zip(series.timestamps, series.timestamps.dropFirst()).allSatisfy { $0 < $1 })
        for histogram in series.histograms {
            guard let histogram, !histogram.isStale else { continue }
            _ = histogram.allBuckets
            _ = histogram.description
        }
    }
    guard let again = try? RemoteWriteRequest.decode(RemoteWriteRequest.encode(held), limit: 1 << 24) else {
        preconditionFailure("what is held cannot be sent")
    }
    precondition(again.series.count == held.count)
}
