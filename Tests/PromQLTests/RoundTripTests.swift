import Testing

@testable import PromQL

@Suite("Generated expressions")
struct RoundTripTests {
    @Test("that are valid are read, and printing and reading gives the same tree", arguments: 0..<20)
    func roundTrips(seed: UInt64) throws {
        var generator = ExpressionGenerator(seed: seed + 1, beyond35: true)
        var accepted = 0
        for _ in 0..<150 {
            let text = generator.expression()
            // Some are refused for what only their types show; the differential test looks at those.
            guard let expr = try? PromQLParser.parse(text, options: .everything) else { continue }
            accepted += 1
            for printed in [expr.description, expr.prettyPrinted(width: 16)] {
                do {
                    let again = try PromQLParser.parse(printed, options: .everything)
                    #expect(again.isSame(as: expr), "\(text)\n\(printed)\n\(again.description)")
                } catch {
                    Issue.record("\(text)\n\(printed)\n\(error)")
                }
            }
        }
        #expect(accepted > 100)
    }

    @Test("that are broken give an error with a place in the text, or are read", arguments: 0..<20)
    func survives(seed: UInt64) {
        var generator = ExpressionGenerator(seed: seed + 100, beyond35: true)
        for _ in 0..<150 {
            let text = generator.broken()
            do throws(PromQLError) {
                let expr = try PromQLParser.parse(text, options: .everything)
                #expect(expr.range.end <= text.utf8.count)
            } catch {
                #expect(error.offset >= 0 && error.range.end <= text.utf8.count)
                #expect(error.line >= 1 && error.column >= 1)
                #expect(error.rendered.contains("^"))
            }
        }
    }
}
