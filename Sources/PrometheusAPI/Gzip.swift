internal import CZlib

/// Files packed with gzip.
///
/// - Source: RFC 1952.
public enum Gzip {
    /// Why bytes cannot be unpacked.
    public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// They end before the packed data does.
        case truncated
        /// They are not what gzip writes, or the check sum says that they have changed.
        case damaged
        /// More would come out than may.
        case tooLarge(limit: Int)

        /// One sentence.
        public var description: String {
            switch self {
            case .truncated: "the gzip data ends too early"
            case .damaged: "the gzip data is damaged"
            case .tooLarge(let limit): "the gzip data unfolds to more than \(limit >> 20) MB"
            }
        }
    }

    /// Whether `bytes` begin as gzip's do.
    public static func isPacked(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

    /// What was packed; of several packed pieces behind each other all, as gunzip does.
    /// - Throws: ``Failure``; memory stays below twice `limit`, whatever `bytes` claim.
    public static func unpack(_ bytes: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
        let result: Result<[UInt8], Failure> = bytes.withUnsafeBufferPointer { input in
            do throws(Failure) { return .success(try unpack(input, limit)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    private static func unpack(_ input: UnsafeBufferPointer<UInt8>, _ limit: Int) throws(Failure) -> [UInt8] {
        var stream = z_stream()
        guard cz_begin_gzip(&stream) == Z_OK else { throw .damaged }
        defer { inflateEnd(&stream) }
        var out: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 256 << 10)
        var read = 0
        while true {
            var status = Z_OK
            let room = piece.count
            let given = min(input.count - read, 1 << 30)
            piece.withUnsafeMutableBufferPointer { buffer in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + read })
                stream.avail_in = UInt32(given)
                stream.next_out = buffer.baseAddress
                stream.avail_out = UInt32(room)
                status = inflate(&stream, Z_NO_FLUSH)
            }
            read += given - Int(stream.avail_in)
            let written = room - Int(stream.avail_out)
            if out.count + written > limit { throw .tooLarge(limit: limit) }
            out += piece[..<written]
            switch status {
            case Z_STREAM_END:
                let rest = input[read...]
                // Padding with zeros is no further piece.
                if rest.allSatisfy({ $0 == 0 }) { return out }
                guard inflateReset(&stream) == Z_OK else { throw .damaged }
            case Z_OK: continue
            case Z_BUF_ERROR where read == input.count: throw .truncated
            default: throw .damaged
            }
        }
    }
}
