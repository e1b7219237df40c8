@preconcurrency import Glibc
import Synchronization
import TestSupport

/// A server in the place of Prometheus that answers well, or in one of the ways a broken one answers.
final class ScriptedPrometheus: Sendable {
    /// How it answers.
    enum Mood: String, CaseIterable, Sendable {
        /// One series `up{job="api"}` with the value 1, whatever is asked.
        case well
        /// The same, and that a part of the data may be missing.
        case partial
        case html, unavailable, throttled, empty, redirect, halfABody, halfAText, wrongShape, errorBody, notHTTP, reset,
            silence, drip
        /// A gigabyte, told beforehand.
        case gigabyte
        /// A gigabyte in chunks, whose size nobody was told.
        case endless
        /// Some kilobytes that unfold to a gigabyte.
        case bomb
        /// The samples of a series, the newest first.
        case backwards
    }

    private final class Box: Sendable {
        let mood = Mutex(Mood.well)
        let asked = Mutex(0)
    }

    private let box = Box()
    private let server: ScriptedServer

    var url: String { server.url }
    /// How many questions were asked so far.
    var asked: Int { box.asked.withLock { $0 } }

    init() {
        server = ScriptedServer { [box] connection in
            guard let request = connection.readRequest() else { return }
            box.asked.withLock { $0 += 1 }
            Self.answer(request, box.mood.withLock { $0 }, connection)
        }
    }

    func becomes(_ mood: Mood) { box.mood.withLock { $0 = mood } }

    private static func answer(_ request: ScriptedRequest, _ mood: Mood, _ connection: ScriptedConnection) {
        switch mood {
        case .well: well(request, connection)
        case .partial: well(request, connection, isPartial: true)
        case .html: connection.write(response("<html><body>Sign in</body></html>", type: "text/html"))
        case .unavailable: connection.write(response("overloaded", status: "503 Service Unavailable"))
        case .throttled: connection.write(response("slower, please", status: "429 Too Many Requests"))
        case .empty: connection.write(response(""))
        case .redirect:
            connection.write(
                "HTTP/1.1 307 Temporary Redirect\r\nLocation: /login\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        case .halfABody: connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"status\":\"succ")
        case .halfAText: connection.write(response(#"{"status":"success","data":{"resultType":"vector","res"#))
        case .wrongShape:
            connection.write(response(#"{"status":"success","data":{"resultType":"vector","result":{"no":1}}}"#))
        case .errorBody:
            connection.write(
                response(
                    #"{"status":"error","errorType":"execution","error":"too many samples"}"#,
                    status: "422 Unprocessable Entity"))
        case .notHTTP: connection.write("220 mail.example.org ESMTP\r\n")
        case .reset: return
        case .silence: connection.waitForClose()
        case .drip:
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{")
            // A byte now and then until the other side has had enough.
            while connection.write(" ") { usleep(200_000) }
        case .bomb:
            connection.write(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
                    + "Content-Length: \(bomb.count)\r\nConnection: close\r\n\r\n")
            connection.write(bomb)
        case .backwards: well(request, connection, isBackwards: true)
        case .gigabyte:
            connection.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(1 << 30)\r\n\r\n")
            let piece = [UInt8](repeating: 0x20, count: 1 << 20)
            for _ in 0..<1024 { guard connection.write(piece) else { return } }
        case .endless:
            connection.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
            let piece = Array("100000\r\n".utf8) + [UInt8](repeating: 0x20, count: 1 << 20) + Array("\r\n".utf8)
            for _ in 0..<1024 { guard connection.write(piece) else { return } }
        }
    }

    /// A gigabyte of spaces as gzip: a block with fixed codes, one space and then 258 of it again and again.
    private static let bomb: [UInt8] = {
        var bits: [Bool] = [true, true, false]
        func code(_ value: Int, _ count: Int) {
            for bit in (0..<count).reversed() { bits.append(value >> bit & 1 == 1) }
        }
        code(0x30 + 0x20, 8)
        for _ in 0..<16 {
            code(0b1100_0101, 8)
            code(0, 5)
        }
        var bytes = [UInt8](repeating: 0, count: 15)
        for index in 0..<bytes.count * 8 where bits[index] { bytes[index / 8] |= 1 << UInt8(index % 8) }
        // Eight of these codes are thirteen bytes.
        let pattern = bytes[2...]
        let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        return header + bytes[..<2] + [[UInt8]](repeating: Array(pattern), count: (1 << 30) / 258 / 8).joined()
    }()

    private static func well(
        _ request: ScriptedRequest, _ connection: ScriptedConnection, isBackwards: Bool = false,
        isPartial: Bool = false
    ) {
        guard request.line.contains("/api/v1/query") else {
            connection.write(response("404 page not found\n", status: "404 Not Found", type: "text/plain"))
            return
        }
        let form = String(decoding: request.body, as: UTF8.self)
        let time = form.split(separator: "&").first { $0.hasPrefix("time=") }?.dropFirst(5) ?? "0"
        // A range selector wants samples, everything else a vector: `%5D` is the bracket that ends a selector.
        let isRange = form.contains("%5D&") || form.contains("%5D+")
        let older = isBackwards ? #",[1,"1"]"# : ""
        let value = isRange ? #""values":[[\#(time),"1"]\#(older)]"# : #""value":[\#(time),"1"]"#
        let series = #"{"metric":{"__name__":"up","job":"api"},\#(value)}"#
        let data = #""data":{"resultType":"\#(isRange ? "matrix" : "vector")","result":[\#(series)]}"#
        let warnings = isPartial ? #","warnings":["store 10.0.0.7 did not answer"]"# : ""
        connection.write(response(#"{"status":"success",\#(data)\#(warnings)}"#))
    }

    private static func response(_ body: String, status: String = "200 OK", type: String = "application/json")
        -> String
    {
        "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
    }
}
