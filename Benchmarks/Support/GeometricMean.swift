internal import Glibc

/// A mean of ratios and times of different magnitudes.
public struct GeometricMean {
    private var logarithms = 0.0
    /// How many numbers were added.
    public private(set) var count = 0

    /// Of nothing yet.
    public init() {}

    /// Adds a positive number.
    public mutating func add(_ value: Double) {
        logarithms += log(value)
        count += 1
    }

    /// The mean; NaN of nothing.
    public var value: Double { exp(logarithms / Double(count)) }
}
