import Base
import HTTPTransport
internal import Synchronization

/// Many questions at once: what a tick of a rule group asks.
extension PrometheusClient {
    /// Evaluates each of `expressions` at `time`; the answers come in their order. Costs less than as many calls of
    /// ``query(_:at:timeout:)``, and means the same: each has its own answer or error, and goes to the next address where
    /// one fails to answer it.
    /// - Parameter timeout: nil for the configured one.
    public func queries(
        _ expressions: [String], at time: Timestamp, timeout: Duration? = nil
    ) async -> [Result<QueryAnswer, PrometheusError>] {
        // Where questions have to wait for their turn, each waits for its own.
        if expressions.count < 2 || settings.concurrency > 0 || refusesPost.withLock({ $0 }) {
            return await oneByOne(expressions, at: time, timeout)
        }
        let limit = timeout ?? settings.timeout
        let end = ContinuousClock.now + limit
        let late = PrometheusError(.transport(.timeout), "no answer from \(host) in time")
        var answers: [Result<QueryAnswer, PrometheusError>] = expressions.map { _ in .failure(late) }
        var open = Array(expressions.indices)
        let order = pool.order()
        for (number, place) in order.enumerated() where !open.isEmpty {
            let left = number == 0 ? limit : end - .now
            if left <= .zero { break }
            let share = number + 1 == order.count ? left : left / 2
            let asked = open.map { expressions[$0] }
            let outcomes = await ask(asked, at: time, address: place, share)
            var again: [Int] = []
            for (index, outcome) in zip(open, outcomes) {
                answers[index] = outcome
                if case .failure(let error) = outcome, error.isOfServer { again.append(index) }
            }
            open = again
        }
        return answers
    }

    /// Asks the address at `place` everything; what it says of its health is noted.
    private func ask(
        _ expressions: [String], at time: Timestamp, address place: Int, _ timeout: Duration
    ) async -> [Result<QueryAnswer, PrometheusError>] {
        let url = pool.urls[place]
        let rest = PercentEncoding.form([("time", Self.seconds(time))] + limits(timeout))
        let bodies = expressions.map { Array((PercentEncoding.form([("query", $0)]) + "&" + rest).utf8) }
        var request = form(url, "/api/v1/query")
        request.timeout = timeout
        request.responseLimit = settings.maximumResponseBytes
        let started = ContinuousClock.now
        var answers: [Result<QueryAnswer, PrometheusError>] = []
        for (expression, response) in zip(expressions, await http.send(request, bodies: bodies)) {
            var took = ContinuousClock.now - started
            do throws(PrometheusError) {
                let response = try response.mapError { PrometheusError($0) }.get()
                took = response.took
                if response.status == 405 || response.status == 501 {
                    refusesPost.withLock { $0 = true }
                    answers += await oneByOne([expression], at: time, timeout)
                    continue
                }
                answers.append(.success(try decode(response, from: url)))
                pool.note(place, failure: nil, took: took)
            } catch {
                answers.append(.failure(error))
                if error.kind == .transport(.cancelled) { continue }
                pool.note(place, failure: error.isOfServer ? error.message : nil, took: took)
            }
        }
        return answers
    }

    private func oneByOne(
        _ expressions: [String], at time: Timestamp, _ timeout: Duration?
    ) async -> [Result<QueryAnswer, PrometheusError>] {
        if expressions.count == 1 { return [await answer(expressions[0], at: time, timeout)] }
        return await withTaskGroup(of: (Int, Result<QueryAnswer, PrometheusError>).self) { group in
            for (index, expression) in expressions.enumerated() {
                group.addTask { (index, await self.answer(expression, at: time, timeout)) }
            }
            let none = PrometheusError(.transport(.cancelled), "cancelled")
            var answers = [Result<QueryAnswer, PrometheusError>](repeating: .failure(none), count: expressions.count)
            for await (index, answer) in group { answers[index] = answer }
            return answers
        }
    }

    private func answer(
        _ expression: String, at time: Timestamp, _ timeout: Duration?
    ) async -> Result<QueryAnswer, PrometheusError> {
        do throws(PrometheusError) {
            return .success(try await query(expression, at: time, timeout: timeout))
        } catch {
            return .failure(error)
        }
    }
}
