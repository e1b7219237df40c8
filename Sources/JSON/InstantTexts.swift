import Base

/// The texts of instants that many series have in common, made once.
public struct InstantTexts: Sendable {
    /// Ascending, in milliseconds.
    fileprivate let times: [Int64]
    /// `,[1435781430.781,"` for each of them.
    fileprivate let bytes: [UInt8]
    /// Where each text ends.
    fileprivate let ends: [Int]

    /// The texts of `times`, ascending, in milliseconds.
    public init(_ times: [Int64]) {
        self.times = times
        var json = JSONWriter(reserving: times.count * 20)
        var ends: [Int] = []
        ends.reserveCapacity(times.count)
        for time in times {
            json.sampleBeginning(time)
            ends.append(json.bytes.count)
        }
        bytes = json.bytes
        self.ends = ends
    }

    /// How many there are.
    public var count: Int { times.count }
}

extension JSONWriter {
    /// What stands before a value: `,[1435781430.781,"`
    fileprivate mutating func sampleBeginning(_ time: Int64) {
        bytes.append(UInt8(ascii: ","))
        bytes.append(UInt8(ascii: "["))
        var inner = JSONWriter(reserving: 24)
        inner.timestamp(Timestamp(milliseconds: time))
        bytes.append(contentsOf: inner.bytes)
        bytes.append(UInt8(ascii: ","))
        bytes.append(UInt8(ascii: "\""))
    }

    /// The samples of a series as the elements of an array that has just begun; of each the instant's text is looked up
    /// in `texts` first.
    public mutating func samples(_ timestamps: [Int64], _ values: [Double], _ texts: InstantTexts) {
        var cursor = 0
        var isFirst = true
        let room = 4096
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room + SampleText.longest + 64) { out in
            var used = 0
            for index in timestamps.indices {
                let time = timestamps[index]
                while cursor < texts.times.count, texts.times[cursor] < time { cursor += 1 }
                if cursor < texts.times.count, texts.times[cursor] == time {
                    var from = cursor == 0 ? 0 : texts.ends[cursor - 1]
                    if isFirst { from += 1 }
                    for place in from..<texts.ends[cursor] {
                        out[used] = texts.bytes[place]
                        used += 1
                    }
                } else {
                    var beginning = JSONWriter(reserving: 24)
                    beginning.sampleBeginning(time)
                    for byte in beginning.bytes.dropFirst(isFirst ? 1 : 0) {
                        out[used] = byte
                        used += 1
                    }
                }
                isFirst = false
                used += SampleText.write(values[index], to: .init(rebasing: out[used...]))
                out[used] = UInt8(ascii: "\"")
                out[used + 1] = UInt8(ascii: "]")
                used += 2
                if used >= room {
                    bytes.append(contentsOf: out[..<used])
                    used = 0
                }
            }
            bytes.append(contentsOf: out[..<used])
        }
    }
}
