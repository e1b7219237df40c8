extension SampleWindow {
    /// What the window holds and did.
    public struct Statistics: Sendable, Equatable {
        /// Selections kept.
        public var units = 0
        /// Series kept.
        public var series = 0
        /// Samples kept.
        public var samples = 0
        /// Bytes kept, about.
        public var bytes = 0
        /// Questions by their reason: `fill`, `new`, `wide`, `full`, and `history` of single series.
        public var looks: [String: Int] = [:]
        /// Series that differed from the source when they were compared.
        public var differences = 0

        /// Nothing yet.
        public init() {}

        /// Adds what another window holds and did.
        public static func += (left: inout Self, right: Self) {
            left.units += right.units
            left.series += right.series
            left.samples += right.samples
            left.bytes += right.bytes
            left.looks.merge(right.looks, uniquingKeysWith: +)
            left.differences += right.differences
        }
    }
}
