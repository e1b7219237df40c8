import Base
import StateStore
import Testing
import TimeSeries

@Suite("State blobs")
struct StateBlobTests {
    @Test func readBackWhatWasWritten() throws {
        var writer = StateBlobWriter(version: 3)
        let numbers: [Int64] = [0, 1, -1, 63, 64, -65, .max, .min]
        writer.write(numbers) { $0.write($1) }
        writer.write("grüße \u{0}")
        writer.write(Double.nan)
        writer.write(-0.0)
        writer.write(true)
        writer.write(Timestamp(milliseconds: -5))
        writer.write(Labels(keepingEmpty: [("a", ""), ("b", "c")]))
        writer.write(String?.none) { $0.write($1) }
        writer.write(Optional("x")) { $0.write($1) }
        var reader = try StateBlobReader(writer.bytes)
        #expect(reader.version == 3)
        #expect(try reader.list { reader throws(StateBlobError) in try reader.integer() } == numbers)
        #expect(try reader.string() == "grüße \u{0}")
        #expect(try reader.double().isNaN)
        #expect(try reader.double().sign == .minus)
        #expect(try reader.bool())
        #expect(try reader.timestamp().milliseconds == -5)
        #expect(try reader.labels() == Labels(keepingEmpty: [("a", ""), ("b", "c")]))
        #expect(try reader.optional { reader throws(StateBlobError) in try reader.string() } == nil)
        #expect(try reader.optional { reader throws(StateBlobError) in try reader.string() } == "x")
        #expect(reader.isAtEnd)
    }

    @Test func cutShortTheyAreRefusedEverywhere() throws {
        var writer = StateBlobWriter(version: 1)
        writer.write(["one", "two"]) { $0.write($1) }
        writer.write(1.5)
        for count in 0..<writer.bytes.count {
            #expect(throws: StateBlobError.self) {
                var reader = try StateBlobReader(Array(writer.bytes.prefix(count)))
                _ = try reader.list { reader throws(StateBlobError) in try reader.string() }
                _ = try reader.double()
            }
        }
    }

    @Test func hostileLengthsAreRefused() {
        let huge: [UInt8] = [1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
        #expect(throws: StateBlobError.self) {
            var reader = try StateBlobReader(huge)
            _ = try reader.string()
        }
        #expect(throws: StateBlobError.self) {
            var reader = try StateBlobReader(huge)
            _ = try reader.labels()
        }
    }
}
