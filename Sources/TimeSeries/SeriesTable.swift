internal import Glibc

/// The series of a store, found by their labels and by number; numbers ascend in the order in which series came.
///
/// A table with open addressing: each place holds half of the hash and the number, so that searching touches one line of
/// memory before the series itself.
struct SeriesTable {
    /// By number; nil where a series is gone.
    private var slots: [MemorySeries?] = []
    /// 0 where free, else the upper half of the hash and, below it, the number and one.
    private var places: [UInt64] = Array(repeating: 0, count: 64)
    /// Series held.
    private(set) var count = 0

    /// All series, in the order of their numbers.
    var all: some Sequence<MemorySeries> { slots.lazy.compactMap { $0 } }

    /// The series with a number.
    subscript(number: Int32) -> MemorySeries? { slots.indices.contains(Int(number)) ? slots[Int(number)] : nil }

    /// The series with these labels.
    subscript(labels: Labels) -> MemorySeries? {
        labels.bytes.withUnsafeBytes { find(labels.hash, $0) }
    }

    /// Calls `body` with each series and its number.
    func forEach(_ body: (Int32, MemorySeries) -> Void) {
        for (number, series) in slots.enumerated() {
            if let series { body(Int32(truncatingIfNeeded: number), series) }
        }
    }

    /// The series with the labels that are packed in `bytes` and have this hash.
    func find(_ hash: UInt64, _ bytes: UnsafeRawBufferPointer) -> MemorySeries? {
        var place = firstPlace(hash)
        while true {
            let entry = places[place]
            if entry == 0 { return nil }
            if entry >> 32 == hash >> 32, let series = slots[Self.number(entry)], Self.isSame(series, hash, bytes) {
                return series
            }
            place = (place + 1) & (places.count - 1)
        }
    }

    /// The number of the first series whose hash begins alike, without looking at the series; -1 when there is none.
    @inline(__always)
    func guess(_ hash: UInt64) -> Int32 {
        var place = firstPlace(hash)
        return places.withUnsafeBufferPointer { places in
            while true {
                let entry = places[place]
                if entry == 0 { return -1 }
                if entry >> 32 == hash >> 32 { return Int32(truncatingIfNeeded: Self.number(entry)) }
                place = (place + 1) & (places.count - 1)
            }
        }
    }

    /// Calls `body` with the series by their numbers.
    @inline(__always)
    func withSlots<Result>(_ body: (UnsafeBufferPointer<MemorySeries?>) -> Result) -> Result {
        slots.withUnsafeBufferPointer(body)
    }

    /// Whether the series has the labels that are packed in `bytes`.
    @inline(__always)
    static func isSame(_ series: MemorySeries, _ hash: UInt64, _ bytes: UnsafeRawBufferPointer) -> Bool {
        series.labels.hash == hash
            && series.labels.bytes.withUnsafeBytes { own in
                guard own.count == bytes.count else { return false }
                guard let left = own.baseAddress, let right = bytes.baseAddress else { return true }
                return memcmp(left, right, own.count) == 0
            }
    }

    /// Adds a series whose labels are new; gives its number.
    mutating func insert(_ series: MemorySeries) -> Int32 {
        let number = Int32(truncatingIfNeeded: slots.count)
        slots.append(series)
        count += 1
        if slots.count * 2 > places.count { rebuild() } else { enter(series, Int(number)) }
        return number
    }

    /// Takes series out.
    mutating func remove(_ numbers: some Sequence<Int32>) {
        for number in numbers where slots[Int(number)] != nil {
            slots[Int(number)] = nil
            count -= 1
        }
        rebuild()
    }

    /// Whether most numbers stand for series that are gone.
    var isSparse: Bool { slots.count > 1024 && slots.count > count * 2 }

    /// Numbers all series anew, in the order in which they came.
    /// - Returns: the new number of each former one, -1 for series that are gone.
    mutating func renumber() -> [Int32] {
        var next: Int32 = 0
        let numbers = slots.map { series -> Int32 in
            guard series != nil else { return -1 }
            next += 1
            return next - 1
        }
        slots = slots.filter { $0 != nil }
        rebuild()
        return numbers
    }

    private mutating func rebuild() {
        var size = 64
        while size < slots.count * 3 { size *= 2 }
        places = Array(repeating: 0, count: size)
        for (number, series) in slots.enumerated() {
            if let series { enter(series, number) }
        }
    }

    private mutating func enter(_ series: MemorySeries, _ number: Int) {
        var place = firstPlace(series.labels.hash)
        while places[place] != 0 { place = (place + 1) & (places.count - 1) }
        places[place] = (series.labels.hash >> 32) << 32 | UInt64(number + 1)
    }

    @inline(__always)
    private func firstPlace(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (places.count - 1) }

    @inline(__always)
    private static func number(_ entry: UInt64) -> Int { Int(entry & 0xFFFF_FFFF) - 1 }
}
