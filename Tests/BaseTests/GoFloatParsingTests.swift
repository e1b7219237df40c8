import Testing

@testable import Base

@Suite("Numbers as Go reads them")
struct GoFloatParsingTests {
    @Test(
        "are read",
        arguments: [
            ("0", 0), ("-0.5", -0.5), ("+5", 5), (".5", 0.5), ("5.", 5), ("1e3", 1000), ("1E-2", 0.01), ("5.e1", 50),
            (".5e1", 5), ("1_000", 1000), ("1_0.5", 10.5), ("0x1p4", 16), ("0x_1p-2", 0.25), ("0x1.8P1", 3),
            ("0x.8p0", 0.5),
            ("inf", .infinity), ("-Infinity", -.infinity), ("+INF", .infinity), ("007", 7),
        ] as [(String, Double)])
    func reads(_ text: String, _ value: Double) { #expect(GoFloat.parse(text) == value) }

    @Test func readsNoNumber() { #expect(GoFloat.parse("NaN")?.isNaN == true) }

    @Test(
        "are refused",
        arguments: [
            "", " 5", "5 ", "1e", "0x10", "1__0", "_1", "1_", "1_.0", "1e400", "-1e400", "nan(1)", "+nan", "--1", "+",
            ".",
            "e5", "1e5.5", "0x", "0xp1", "0x1p", "five", "1,5", "１", "infinit", "1e+", "0x1e5",
        ])
    func refuses(_ text: String) { #expect(GoFloat.parse(text) == nil, "\(text)") }
}
