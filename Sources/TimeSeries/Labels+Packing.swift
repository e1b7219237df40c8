internal import Glibc

extension Labels {
    /// Appends a length and the UTF-8 of `text`.
    static func append(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { append($0, to: &bytes) }
    }

    /// Appends a length and the bytes of `text`.
    static func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        if text.count < 255 {
            bytes.append(UInt8(text.count))
        } else {
            bytes.append(255)
            var length = UInt32(clamping: text.count)
            for _ in 0..<4 {
                bytes.append(UInt8(truncatingIfNeeded: length))
                length >>= 8
            }
        }
        bytes.append(contentsOf: text)
    }

    /// The span of the text whose length stands at `index`, which is moved behind it.
    @inline(__always)
    static func span(_ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Range<Int> {
        var length = Int(bytes[index])
        index += 1
        if length == 255 {
            length = 0
            for shift in 0..<4 { length |= Int(bytes[index + shift]) << (8 * shift) }
            index += 4
        }
        let start = index
        index += length
        return start..<index
    }

    /// Where the value of `name` stands.
    @inline(__always)
    static func find(_ name: UnsafeBufferPointer<UInt8>, in bytes: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        var index = 0
        while index < bytes.count {
            let found = span(bytes, &index)
            let value = span(bytes, &index)
            if found.count == name.count, equal(bytes, found, name) { return value }
        }
        return nil
    }

    @inline(__always)
    static func equal(_ bytes: UnsafeBufferPointer<UInt8>, _ span: Range<Int>, _ text: UnsafeBufferPointer<UInt8>)
        -> Bool
    {
        guard let base = bytes.baseAddress, let other = text.baseAddress else { return span.isEmpty && text.isEmpty }
        return span.count == text.count && memcmp(base + span.lowerBound, other, span.count) == 0
    }

    /// Order by bytes: negative, zero or positive.
    static func compare(_ left: Slice<UnsafeBufferPointer<UInt8>>, _ right: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
        let common = Swift.min(left.count, right.count)
        if common > 0, let a = left.base.baseAddress, let b = right.base.baseAddress {
            let order = memcmp(a + left.startIndex, b + right.startIndex, common)
            if order != 0 { return Int(order) }
        }
        return left.count - right.count
    }

    /// Order of texts given as UTF-8: negative, zero or positive.
    public static func order(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Int {
        compare(left[...], right[...])
    }

    /// Order of texts by UTF-8 bytes, as Go sorts strings.
    public static func less(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// Calls `body` with the spans of each name and value.
    @inline(__always)
    func forEachSpan(_ body: (Range<Int>, Range<Int>) throws -> Void) rethrows {
        try bytes.withUnsafeBufferPointer { all in
            var index = 0
            while index < all.count {
                let name = Self.span(all, &index)
                let value = Self.span(all, &index)
                try body(name, value)
            }
        }
    }

    /// Calls `body` with the UTF-8 of each name and value, in the order of names, without making strings.
    public func forEachUTF8(_ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) throws -> Void) rethrows {
        try bytes.withUnsafeBufferPointer { all in
            var index = 0
            while index < all.count {
                let name = Self.span(all, &index)
                let value = Self.span(all, &index)
                try body(.init(rebasing: all[name]), .init(rebasing: all[value]))
            }
        }
    }
}
