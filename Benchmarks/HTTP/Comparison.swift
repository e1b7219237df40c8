import Base
import BenchmarkSupport
import HTTPTransport
import TestSupport

/// Asks a peer and ruleval the same, alternating, and sets their times side by side.
struct Comparison {
    let peer: BenchmarkServer
    let ruleval: BenchmarkServer
    let client: HTTPClient
    let rounds: Int
    /// The last instant of all queries, in Unix seconds.
    let end: Int64

    /// What one server needed for a query.
    struct Cost {
        /// From the request to the last byte of the answer: the least and the middle one of all rounds.
        var best = Double.infinity
        var median = 0.0
        /// Processor time of the server, the mean of all rounds, garbage collection between them included.
        var processor = 0.0
        /// Processor time of the peer meanwhile.
        var peerProcessor = 0.0
        var bytes = 0
        var series = 0
    }

    /// What both needed, milliseconds.
    func compare(_ text: String, isRange: Bool) async throws -> (peer: Cost, ruleval: Cost) {
        var parameters = [("query", text)]
        if isRange {
            parameters += [("start", "\(end - 7200)"), ("end", "\(end)"), ("step", "60")]
        } else {
            parameters.append(("time", "\(end)"))
        }
        let path = "/api/v1/query\(isRange ? "_range" : "")?" + PercentEncoding.form(parameters)
        let servers = [peer, ruleval]
        var costs = [Cost(), Cost()]
        var times: [[Double]] = [[], []]
        for server in servers { _ = try await ask(server, path) }
        for round in 0..<rounds {
            for index in round % 2 == 0 ? [0, 1] : [1, 0] {
                let processor = servers[index].processorTime
                let peerProcessor = peer.processorTime
                let clock = ContinuousClock()
                let begin = clock.now
                let answer = try await ask(servers[index], path)
                times[index].append((clock.now - begin).seconds * 1000)
                costs[index].processor += Double(servers[index].processorTime - processor) / 1e6 / Double(rounds)
                costs[index].peerProcessor += Double(peer.processorTime - peerProcessor) / 1e6 / Double(rounds)
                costs[index].bytes = answer.count
                costs[index].series = Self.series(answer)
            }
        }
        for index in servers.indices {
            let sorted = times[index].sorted()
            costs[index].best = sorted[0]
            costs[index].median = sorted[sorted.count / 2]
        }
        return (costs[0], costs[1])
    }

    private func ask(_ server: BenchmarkServer, _ path: String) async throws -> [UInt8] {
        let response = try await client.send(
            HTTPRequest("GET", server.url + path, timeout: .seconds(120), responseLimit: 1 << 30))
        guard response.isSuccess else {
            throw ChildProcessError(path: server.name, reason: "\(response.status) \(response.text())")
        }
        return response.body
    }

    /// How many series an answer has.
    private static func series(_ body: [UInt8]) -> Int {
        let wanted = Array("\"metric\":".utf8)
        var count = 0
        var index = 0
        while index + wanted.count <= body.count {
            if body[index] == wanted[0], body[index..<index + wanted.count].elementsEqual(wanted) { count += 1 }
            index += 1
        }
        return count
    }
}
