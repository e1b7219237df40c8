/// What a body of remote write may take in memory: two bytes of it can claim a sample or a histogram, and a long text can be
/// referred to again and again.
struct UnfoldingBudget {
    /// For everything together. Bytes.
    static let limit = 256 << 20

    private var taken = 0

    /// Counts memory before it is set aside.
    @inline(__always)
    mutating func take(_ bytes: Int) throws(ProtobufError) {
        taken &+= bytes
        if taken > Self.limit { throw .tooLarge }
    }

    /// Counts a float and its time.
    @inline(__always)
    mutating func takeSample() throws(ProtobufError) { try take(16) }

    /// Counts a histogram whose message is so long: each byte can be a bucket.
    mutating func takeHistogram(_ message: UnsafeRawBufferPointer) throws(ProtobufError) {
        try take(256 + message.count * 16)
    }
}

extension ProtobufError {
    /// A body takes too much memory.
    static let tooLarge = ProtobufError("what the body says takes more than \(UnfoldingBudget.limit) bytes of memory")
}
