import Base
import RegularExpressions

/// Functions on texts that Prometheus and Alertmanager share.
enum TextFunctions {
    static let upper = TemplateFunction([.string]) { .string(Self.mapped($0.string(0), \.uppercaseMapping)) }
    static let lower = TemplateFunction([.string]) { .string(Self.mapped($0.string(0), \.lowercaseMapping)) }
    static let safeHTML = TemplateFunction([.string]) { .safe(SafeText(.html, $0.string(0))) }

    static let match = TemplateFunction([.string, .string]) { call throws(FunctionFailure) in
        do throws(RegularExpressionError) {
            return .bool(try RegularExpression(call.string(0)).matches(call.string(1)))
        } catch { throw .error(error.description) }
    }

    static let reReplaceAll = TemplateFunction([.string, .string, .string]) { call throws(FunctionFailure) in
        let expression: RegularExpression
        do throws(RegularExpressionError) {
            expression = try RegularExpression(call.string(0))
        } catch {
            // Go panics here, and the panic's text is what the caller sees.
            let pattern = call.string(0)
            let quoted = pattern.contains("`") ? GoQuote.quoted(pattern) : "`\(pattern)`"
            throw .error("regexp: Compile(\(quoted)): \(error.description)")
        }
        return .string(expression.replacingAll(in: call.string(2), with: call.string(1)))
    }

    /// Go maps character by character: `ß` has no capital there.
    private static func mapped(_ text: String, _ mapping: (Unicode.Scalar.Properties) -> String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) {
            return mapping(Unicode.Scalar("a").properties) == "A" ? text.uppercased() : text.lowercased()
        }
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let other = mapping(scalar.properties).unicodeScalars
            if other.count == 1, let only = other.first { out.append(only) } else { out.append(scalar) }
        }
        return String(out)
    }

    /// The first letter of each word as a capital; with `lowering` the others small.
    ///
    /// Words end where Unicode's segmentation ends them: `don't` and `foo_bar` are one word, `a-b` is two.
    static func title(_ text: String, lowering: Bool) -> String {
        let scalars = Array(text.unicodeScalars)
        var out = ""
        var inWord = false
        var hasCapital = false
        for (index, scalar) in scalars.enumerated() {
            let kind = WordCharacter(scalar)
            switch kind {
            case .letter, .digit, .joiner: inWord = true
            case .extender: break
            case .middle:
                let before = index > 0 ? WordCharacter(scalars[index - 1]) : .other
                let after = index + 1 < scalars.count ? WordCharacter(scalars[index + 1]) : .other
                // A comma joins digits only, a point or an apostrophe letters and digits.
                let onlyDigits = scalar == "," || scalar == ";"
                let joins =
                    onlyDigits ? before == .digit && after == .digit : before.isWord && after.isWord
                inWord = inWord && joins
            case .other: inWord = false
            }
            if !inWord { hasCapital = false }
            let isCased = scalar.properties.isCased
            if inWord, !hasCapital, isCased {
                hasCapital = true
                out += scalar.properties.titlecaseMapping
            } else if lowering, inWord, isCased {
                out += scalar.properties.lowercaseMapping
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// What a character does to a word, by UAX 29 in short.
    private enum WordCharacter {
        case letter, digit, joiner, extender, middle, other

        var isWord: Bool { self == .letter || self == .digit || self == .joiner }

        init(_ scalar: Unicode.Scalar) {
            switch scalar {
            case "_": self = .joiner
            case "'", ".", ":", ",", ";", "·", "\u{2018}", "\u{2019}", "\u{2024}", "\u{2027}": self = .middle
            default:
                switch scalar.properties.generalCategory {
                case .decimalNumber: self = .digit
                case .nonspacingMark, .enclosingMark, .spacingMark, .format: self = .extender
                case .connectorPunctuation: self = .joiner
                default: self = scalar.properties.isAlphabetic ? .letter : .other
                }
            }
        }
    }
}
