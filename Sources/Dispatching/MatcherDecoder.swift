import Alerts
import TimeSeries
import YAML

/// Reads `matchers`, `match` and `match_re`, also with a prefix as in `source_matchers`.
enum MatcherDecoder {
    static func matchers(_ reader: YAMLMappingReader, prefix: String, in decoding: YAMLDecoding) -> [AlertMatcher] {
        var found: [AlertMatcher] = []
        for pair in pairs(reader, prefix + "match", in: decoding) {
            found.append(AlertMatcher(pair.name, equals: pair.text))
        }
        for pair in pairs(reader, prefix + "match_re", in: decoding) {
            if pair.textNode.isNull {
                decoding.report("invalid regexp value for \"\(pair.name)\"", at: pair.nameNode)
                continue
            }
            do {
                _ = try AlertMatcher(pair.name, .matches, pair.text)
                // The anchors are part of the text, in group keys too.
                found.append(try AlertMatcher(pair.name, .matches, "^(?:\(pair.text))$"))
            } catch { decoding.report(error.description, at: pair.textNode) }
        }
        return found + list(reader, prefix + "matchers", in: decoding)
    }

    /// The matchers in the list `key`.
    static func list(_ reader: YAMLMappingReader, _ key: String, in decoding: YAMLDecoding) -> [AlertMatcher] {
        var found: [AlertMatcher] = []
        for item in reader.list(key) ?? [] {
            guard let text = decoding.string(item, as: "a matcher") else { continue }
            do { found += try MatcherSyntax.matchers(text) } catch {
                decoding.report("\(error)", at: item, hint: "name=\"value\", with =, !=, =~ or !~")
            }
        }
        return found
    }

    private static func pairs(_ reader: YAMLMappingReader, _ key: String, in decoding: YAMLDecoding)
        -> [YAMLStringPair]
    {
        for pair in reader.value(key)?.mapping ?? [] where pair.key.isNull {
            decoding.report("invalid label name \"\"", at: pair.key)
        }
        return reader.stringPairs(key).filter { pair in
            if LabelName.isLegacy(pair.name) { return true }
            decoding.report(
                "invalid label name \"\(pair.name)\"", at: pair.nameNode, hint: "'matchers' takes any name")
            return false
        }
    }
}
