/// Which names labels and metrics may have.
public enum LabelName {
    /// Whether `name` needs no quotes in PromQL: letters, digits, `_`, not beginning with a digit.
    public static func isLegacy(_ name: some StringProtocol) -> Bool { isPlain(name, colons: false) }

    /// Whether `name` is a metric name that needs no quotes: as a label's, with `:`.
    public static func isLegacyMetricName(_ name: some StringProtocol) -> Bool { isPlain(name, colons: true) }

    private static func isPlain(_ name: some StringProtocol, colons: Bool) -> Bool {
        var first = true
        for byte in name.utf8 {
            switch byte {
            case 0x41...0x5A, 0x61...0x7A, 0x5F: break
            case 0x30...0x39 where !first: break
            case 0x3A where colons: break
            default: return false
            }
            first = false
        }
        return !first
    }
}
