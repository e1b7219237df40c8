/// What the samples of a source do not tell, so that a server that has them must be asked instead.
public struct SourceShortcomings: Sendable {
    /// Whether the samples lack staleness markers within a range and native histograms whole, as those of a server without
    /// remote read. False while that cannot be found out.
    public var isApproximate: @Sendable () async -> Bool
    /// Whether a fetch failed because the samples cannot be had, although the server itself can use them.
    public var isIncomplete: @Sendable (any Error) -> Bool

    /// None, unless said otherwise.
    public init(
        isApproximate: @escaping @Sendable () async -> Bool = { false },
        isIncomplete: @escaping @Sendable (any Error) -> Bool = { _ in false }
    ) {
        self.isApproximate = isApproximate
        self.isIncomplete = isIncomplete
    }
}
