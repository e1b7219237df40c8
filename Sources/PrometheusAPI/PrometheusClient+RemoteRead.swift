import Base
import HTTPTransport
import TimeSeries

extension PrometheusClient {
    /// What remote read gave.
    enum ReadOutcome: Sendable {
        /// One list of series for each request.
        case answered([[Series]])
        /// The server has no remote read, in its own words.
        case notOffered(String)
    }

    /// Raw samples by remote read, several requests in one question.
    func read(_ requests: [SeriesRequest], externalLabels: Labels, budget: ByteBudget)
        async throws(PrometheusError) -> ReadOutcome
    {
        let body = RemoteRead.encode(requests, externalNames: Set(externalLabels.map(\.name)))
        let response = try await post(
            "/api/v1/read", headers: RemoteRead.headers.map { HTTPHeader($0.name, $0.value) }, body: body,
            budget: budget)
        guard response.isSuccess else {
            let error = PrometheusError.status(response, from: host)
            let text = response.text(limit: 4096)
            let isUnknown = response.status == 400 && text.contains("unsupported path")
            if [404, 405, 501].contains(response.status) || isUnknown { return .notOffered(error.message) }
            throw error
        }
        do throws(ProtobufError) {
            let series = try RemoteRead.decode(
                response.body, count: requests.count, budget: budget, externalLabels: externalLabels)
            return .answered(series)
        } catch {
            if error.isIncomplete {
                throw PrometheusError(.incomplete, "\(host) leaves something out in remote read: \(error)")
            }
            // A server that answers every path, as single-page applications do, has no remote read either.
            if response.body.first == UInt8(ascii: "<") { return .notOffered("\(host) answers with a page of HTML") }
            throw PrometheusError(.malformed, "\(host) answered to remote read with something else: \(error)")
        }
    }

    /// Raw samples by asking for a range selector, which shows no staleness markers; a second question, for what is alive
    /// at the end, tells which series end before it, and these get a marker behind their last sample.
    func readByQuery(_ request: SeriesRequest, budget: ByteBudget) async throws(PrometheusError) -> SeriesResponse {
        guard request.start <= request.end else { return SeriesResponse(series: []) }
        // Ranges begin behind their start in Prometheus 3 and at it before: one millisecond more, and cut below.
        let range = PrometheusDuration.string(request.end - request.start + .milliseconds(1))
        let selector = "{" + request.matchers.map(\.description).joined(separator: ",") + "}"
        let answer = try await query("\(selector)[\(range)]", at: request.end, isLarge: true)
        guard case .matrix(var series) = answer.value else {
            throw PrometheusError(.malformed, "\(host) answered to a range selector with no matrix")
        }
        if series.isEmpty { return SeriesResponse(series: [], warnings: answer.warnings) }
        guard case .vector(let alive) = try await query(selector, at: request.end, isLarge: true).value else {
            throw PrometheusError(.malformed, "\(host) answered to a selector with no vector")
        }
        let living = Set(alive.map(\.labels))
        let bytes = series.reduce(0) { $0 + $1.count * 16 + $1.labels.byteCount }
        guard budget.take(bytes) else {
            throw PrometheusError(.transport(.tooLarge), "the samples of \(host) take more memory than allowed")
        }
        for index in series.indices {
            if !living.contains(series[index].labels), let last = series[index].timestamps.last,
                last < request.end.milliseconds
            {
                series[index].append(.float(StaleMarker.value), at: last + 1)
            }
            let early = series[index].timestamps.prefix { $0 < request.start.milliseconds }.count
            guard early > 0 else { continue }
            series[index].timestamps.removeFirst(early)
            series[index].values.removeFirst(early)
            if !series[index].histograms.isEmpty { series[index].histograms.removeFirst(early) }
        }
        series.removeAll { $0.count == 0 }
        return SeriesResponse(series: series, warnings: answer.warnings)
    }
}
