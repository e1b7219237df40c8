internal import Glibc

/// The C library's mathematics, under names that do not clash with methods.
enum Libm {
    static func exp(_ value: Double) -> Double { Glibc.exp(value) }
    static func log2(_ value: Double) -> Double { Glibc.log2(value) }
    static func sin(_ value: Double) -> Double { Glibc.sin(value) }
}
