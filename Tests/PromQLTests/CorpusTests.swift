import Testing

@testable import PromQL

@Suite("All expressions of the corpus", .enabled(if: Corpus.root != nil))
struct CorpusTests {
    @Test("are there")
    func counted() {
        #expect(Corpus.scriptExpressions.count > 1200)
        #expect(Corpus.ruleExpressions.count > 500)
    }

    @Test("are read, and printing and reading gives the same tree")
    func roundTrips() {
        for text in Corpus.scriptExpressions + Corpus.ruleExpressions { checkRoundTrip(text) }
    }

    private func checkRoundTrip(_ text: String) {
        do {
            let expr = try PromQLParser.parse(text, options: .everything)
            let printed = expr.description
            let again = try PromQLParser.parse(printed, options: .everything)
            #expect(again.isSame(as: expr), "\(text)\n\(printed)")
            #expect(again.description == printed)
            let pretty = try PromQLParser.parse(expr.prettyPrinted(width: 20), options: .everything)
            #expect(pretty.isSame(as: expr), "\(text)\n\(expr.prettyPrinted(width: 20))")
        } catch {
            Issue.record("\(text)\n\(error)")
        }
    }
}
