import PromQL

// A libFuzzer target for lexer, parser, printer and explanations. It is no part of the package's default build: compile
// it with `-sanitize=fuzzer -parse-as-library` against the modules, and run it with SWIFT_BACKTRACE=enable=no.

/// Reads the input as an expression; what is read must print to a text that reads as the same tree.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPromQL(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: data, count: size), as: UTF8.self)
    do throws(PromQLError) {
        let expr = try PromQLParser.parse(text, options: .everything)
        for printed in [expr.description, expr.prettyPrinted(width: 20)] {
            do throws(PromQLError) {
                let again = try PromQLParser.parse(printed, options: .everything)
                precondition(again.isSame(as: expr), "printed otherwise: \(printed)")
            } catch {
                // Below a millisecond a range prints as 0s, in Prometheus too.
                precondition(error.message == "duration must be greater than 0", "\(printed): \(error)")
            }
        }
        precondition(!Explanation(expr).description.isEmpty)
    } catch {
        precondition(error.range.start >= 0 && error.range.end <= text.utf8.count)
        precondition(!error.rendered.isEmpty)
    }
    _ = try? PromQLParser.parseMetric(text)
    return 0
}
