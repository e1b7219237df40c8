import PromQL
import Testing

@Suite("What fuzzing found")
struct FuzzFindingsTests {
    @Test("prints to a text that reads as the same tree", arguments: ["\"\\333\u{65C}1\"", "\"a\u{301}\\xff\""])
    func printed(_ text: String) throws {
        let expr = try PromQLParser.parse(text, options: .everything)
        let again = try PromQLParser.parse(expr.description, options: .everything)
        #expect(again.isSame(as: expr), "\(expr)")
    }
}
