internal import CSnappy

/// Snappy's block format, which remote read and write use.
enum Snappy {
    /// The compressed bytes.
    static func compress(_ bytes: [UInt8]) -> [UInt8] {
        var length = snappy_max_compressed_length(bytes.count)
        return [UInt8](unsafeUninitializedCapacity: length) { out, count in
            bytes.withUnsafeBytes { input in
                let status = snappy_compress(
                    input.baseAddress?.assumingMemoryBound(to: CChar.self) ?? Self.nothing, input.count,
                    UnsafeMutableRawPointer(out.baseAddress)?.assumingMemoryBound(to: CChar.self), &length)
                count = status == SNAPPY_OK ? length : 0
            }
        }
    }

    /// The bytes that were compressed.
    /// - Throws: ``ProtobufError`` when `bytes` is not snappy's, or more than `limit` would come out.
    static func uncompress(_ bytes: [UInt8], limit: Int) throws(ProtobufError) -> [UInt8] {
        let result: Result<[UInt8], ProtobufError> = bytes.withUnsafeBytes { input in
            let text = input.baseAddress?.assumingMemoryBound(to: CChar.self) ?? Self.nothing
            var length = 0
            guard snappy_uncompressed_length(text, input.count, &length) == SNAPPY_OK else {
                return .failure(ProtobufError("the body is not compressed with snappy"))
            }
            guard length <= limit else {
                return .failure(ProtobufError("the body unfolds to \(length) bytes, at most \(limit) are taken"))
            }
            // Three bytes give 64 at most: what claims more is a lie, and no memory is set aside for it.
            guard length <= input.count * 22 + 64 else {
                return .failure(ProtobufError("the body claims to unfold to \(length) bytes, which it cannot"))
            }
            // What unfolds to nothing has nothing behind its length either.
            if length == 0 {
                return snappy_validate_compressed_buffer(text, input.count) == SNAPPY_OK
                    ? .success([]) : .failure(ProtobufError("the body is damaged: snappy cannot unfold it"))
            }
            var isValid = false
            let out = [UInt8](unsafeUninitializedCapacity: length) { out, count in
                var written = length
                let target = UnsafeMutableRawPointer(out.baseAddress)?.assumingMemoryBound(to: CChar.self)
                isValid = snappy_uncompress(text, input.count, target, &written) == SNAPPY_OK
                count = isValid ? written : 0
            }
            return isValid ? .success(out) : .failure(ProtobufError("the body is damaged: snappy cannot unfold it"))
        }
        return try result.get()
    }

    // Guarded by: never changed.
    private nonisolated(unsafe) static let nothing: UnsafePointer<CChar> = {
        let pointer = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        pointer.initialize(to: 0)
        return UnsafePointer(pointer)
    }()
}
