import Base
import QueryEngine
import Settings
import YAML

extension QueryLimits {
    /// Reads the section `query_limits`.
    init(_ reader: YAMLMappingReader, _ decoding: YAMLDecoding) {
        self.init()
        func positive(_ key: String) -> Int? {
            guard let value = reader.int(key) else { return nil }
            if value > 0 { return value }
            decoding.report("'\(key)' must be 1 at least, not \(value)", at: reader.value(key) ?? reader.node)
            return nil
        }
        samples = positive("max_samples") ?? samples
        steps = positive("max_steps") ?? steps
        series = positive("max_series") ?? series
        if let value = reader.duration("timeout") {
            timeout = value
            if value <= .zero {
                decoding.report("'timeout' must be longer than 0", at: reader.value("timeout") ?? reader.node)
            }
        }
        reader.finish()
    }
}
