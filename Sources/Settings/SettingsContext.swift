import Base
import YAML

/// What decoding a section needs beside the section: where errors go and what paths count from.
public struct SettingsContext {
    /// Collects what is wrong.
    public let decoding: YAMLDecoding
    /// The configuration file's folder.
    public let folder: ConfigurationFolder

    /// A context.
    public init(decoding: YAMLDecoding, folder: ConfigurationFolder) {
        self.decoding = decoding
        self.folder = folder
    }

    /// Reports `key` by name when it is there: known, but not supported.
    public func refuse(_ key: String, in reader: YAMLMappingReader, _ why: String) {
        if reader.has(key) {
            decoding.report("'\(key)' is not supported", at: reader.keyNode(key) ?? reader.node, hint: why)
        }
    }
}
