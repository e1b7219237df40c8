import Base
internal import Glibc
import HTTPTransport
import YAML

/// Where a secret comes from: the configuration itself, a file, or the environment.
public enum SecretSource: Hashable, Sendable {
    case inline(Secret)
    /// Read anew at each use; white space around it does not belong to it.
    case file(String)
    /// The variable of this name.
    case environment(String)

    /// The secret as it is now.
    /// - Throws: ``HTTPError`` of kind `credentials`, naming the file or variable.
    public func read() throws(HTTPError) -> Secret {
        switch self {
        case .inline(let secret): return secret
        case .file(let path):
            do throws(Diagnostic) {
                return Secret(Self.trimmed(try TextFile.read(path, maximumBytes: 1 << 20)))
            } catch {
                throw HTTPError(.credentials, "unable to read secret file \(error.message)")
            }
        case .environment(let name):
            guard let value = getenv(name) else {
                throw HTTPError(.credentials, "the environment variable \(name) is not set")
            }
            return Secret(String(cString: value))
        }
    }

    private static func trimmed(_ bytes: [UInt8]) -> String {
        var rest = bytes[...]
        while let first = rest.first, first <= 0x20 { rest.removeFirst() }
        while let last = rest.last, last <= 0x20 { rest.removeLast() }
        return String(decoding: rest, as: UTF8.self)
    }
}

extension YAMLMappingReader {
    /// The secret under `key`, `key_file` or `key_env`; nil when there is none. More than one is reported.
    public func secret(_ key: String, _ context: SettingsContext) -> SecretSource? {
        var found: [SecretSource] = []
        if has(key), let text = string(key) { found.append(.inline(Secret(text))) }
        if let path = string(key + "_file"), !path.isEmpty { found.append(.file(context.folder.resolve(path))) }
        if let name = string(key + "_env"), !name.isEmpty { found.append(.environment(name)) }
        if found.count > 1 {
            let names = "'\(key)', '\(key)_file' and '\(key)_env'"
            context.decoding.report("at most one of \(names) can be given", at: keyNode(key + "_file") ?? node)
        }
        context.refuse(key + "_ref", in: self, "secret providers are not supported; use '\(key)_file'")
        return found.first
    }
}
