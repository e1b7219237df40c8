/// Texts in addresses and forms.
public enum PercentEncoding {
    /// `application/x-www-form-urlencoded`: spaces as `+`, all but unreserved characters as `%XX`.
    public static func form(_ fields: [(name: String, value: String)]) -> String {
        var out: [UInt8] = []
        for (index, field) in fields.enumerated() {
            if index > 0 { out.append(UInt8(ascii: "&")) }
            append(field.name, plus: true, to: &out)
            out.append(UInt8(ascii: "="))
            append(field.value, plus: true, to: &out)
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// One segment of a path or one value of a query: all but unreserved characters as `%XX`.
    public static func component(_ text: String) -> String {
        var out: [UInt8] = []
        append(text, plus: false, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    private static func append(_ text: String, plus: Bool, to out: inout [UInt8]) {
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.append(byte)
            case 0x20 where plus: out.append(UInt8(ascii: "+"))
            default: out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
    }
}
