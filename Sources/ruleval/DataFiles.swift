import Base
import PrometheusAPI
import TimeSeries

/// Files of samples for `--data`.
enum DataFiles {
    /// What one file may hold. Bytes.
    static let maximumBytes = 512 << 20

    /// A store with the samples of all files.
    /// - Throws: the first thing that is wrong, with file, line and column.
    static func read(_ paths: [String], now: Timestamp) throws(Diagnostic) -> EmbeddedStore {
        var text = ExpositionText()
        for path in paths {
            try text.read(try TextFile.read(path, maximumBytes: maximumBytes), file: path, now: now)
        }
        let store = EmbeddedStore()
        store.append(text.series)
        return store
    }
}
