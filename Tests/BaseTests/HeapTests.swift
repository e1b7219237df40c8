import Base
import Glibc
import Testing

@Suite("What the process holds")
struct HeapTests {
    /// Kilobytes of files that are mapped and resident.
    private static func residentOfFiles() -> Int {
        guard let file = fopen("/proc/self/status", "r") else { return 0 }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let text = String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("RssFile:") }
        return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) } ?? 0
    }

    @Test func whatOnlyTheStartHasReadIsGivenBack() {
        let before = Self.residentOfFiles()
        Heap.settle()
        let after = Self.residentOfFiles()
        #expect(before > 0 && after < before * 3 / 4, "\(before) KB, then \(after) KB")
        // Everything still works.
        #expect((1...1000).map { "\($0)" }.joined().utf8.count == 2893)
    }
}
