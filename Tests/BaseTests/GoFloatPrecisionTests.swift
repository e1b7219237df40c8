import Base
import Glibc
import Testing

@Suite("Numbers of a given precision")
struct GoFloatPrecisionTests {
    private func printed(_ value: Double, _ shape: String, _ precision: Int) -> String {
        withVaList([Int32(precision), value]) { arguments in
            var room = [CChar](repeating: 0, count: 2000)
            let count = Int(vsnprintf(&room, room.count, shape, arguments))
            return String(decoding: room.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    @Test("are the C library's, which rounds the exact value", arguments: [1, 2, 3, 4, 5, 6])
    func sameAsTheCLibrary(_ seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        var differences: [String] = []
        for round in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let bits = state ^ (state >> 29)
            let size = Double(bits >> 44) / [1, 2, 8, 10, 100, 1000, 1e5, 1e9, 1e-3][Int(bits % 9)]
            let values = [
                Double(bitPattern: bits), size, -size, (size * 100).rounded() / 100 + 0.005, Double(round) / 8,
            ]
            for value in values where value.isFinite {
                let precision = Int((bits >> 7) % 18)
                for (format, shape) in [(GoFloat.Format.fixed, "%.*f"), (.general, "%.*g"), (.exponent, "%.*e")] {
                    let ours = GoFloat.string(value, format, precision: precision)
                    let theirs = printed(value, shape, precision)
                    if ours != theirs { differences.append("\(shape) \(precision) \(value): \(ours), not \(theirs)") }
                }
            }
        }
        #expect(differences.isEmpty, "\(differences.count): \(differences.prefix(20))")
    }

    @Test(arguments: [
        (0.125, 2, "0.12"), (0.375, 2, "0.38"), (9.996, 2, "10.00"), (0.004, 2, "0.00"), (0.006, 2, "0.01"),
        (1e15, 2, "1000000000000000.00"), (999.5, 0, "1000"), (2.5, 0, "2"), (-0.5, 0, "-0"), (1.005, 2, "1.00"),
    ])
    func fixed(_ value: Double, _ precision: Int, _ text: String) {
        #expect(GoFloat.string(value, .fixed, precision: precision) == text)
    }
}
