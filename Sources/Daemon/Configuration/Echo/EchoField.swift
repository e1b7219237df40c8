import Base
import YAML

/// How one key of a section is written out again.
struct EchoField: Sendable {
    /// What stands under the key.
    enum Kind: Sendable {
        case text, boolean, number, secret, texts, tree
        /// An address whose password is hidden.
        case url
        /// As Prometheus writes them, `1m30s`.
        case duration
        /// As Go writes them, `1h0m0s`.
        case goDuration
        /// A mapping with keys of its own.
        case section([EchoField])
        /// A list of such mappings.
        case sections([EchoField])
        /// `http_config`.
        case http
        /// Names, each with `values`, `secrets`, `files`.
        case headers
        /// Names with lists of secrets.
        case secretLists
        /// A list of secrets.
        case secrets
    }

    /// What is written where the key is absent.
    enum Fallback: Sendable {
        case nothing
        case value(EchoValue)
        /// What `global` says under this key.
        case global(String)
    }

    let key: String
    let kind: Kind
    var fallback: Fallback = .nothing
    /// Left out when it says nothing, as Go's `omitempty` does.
    var isOptional = true

    /// Whether an empty text takes the fallback after all.
    var isRefilled = false

    /// The same, there even when it is empty.
    var shown: EchoField {
        var field = self
        field.isOptional = false
        return field
    }

    /// The same, which takes its fallback when it is empty.
    var refilled: EchoField {
        var field = self
        field.isRefilled = true
        return field
    }

    /// A text that is left out when it is empty; with a fallback it is not.
    static func text(_ key: String, _ fallback: String? = nil) -> EchoField {
        EchoField(key: key, kind: .text, fallback: fallback.map { .value(.text($0)) } ?? .nothing)
    }

    /// A text that is there even when it is empty.
    static func always(_ key: String) -> EchoField {
        EchoField(key: key, kind: .text, fallback: .value(.text("")), isOptional: false)
    }

    /// A text that `global` may give.
    static func text(_ key: String, global: String) -> EchoField {
        EchoField(key: key, kind: .text, fallback: .global(global))
    }

    /// A boolean that is always there.
    static func flag(_ key: String, _ fallback: Bool) -> EchoField {
        EchoField(key: key, kind: .boolean, fallback: .value(.plain("\(fallback)")), isOptional: false)
    }

    /// A boolean that is left out when it is absent, or false.
    static func flag(_ key: String) -> EchoField { EchoField(key: key, kind: .boolean) }

    /// A number that is always there.
    static func number(_ key: String, _ fallback: Int) -> EchoField {
        EchoField(key: key, kind: .number, fallback: .value(.plain("\(fallback)")), isOptional: false)
    }

    /// A number that is left out when it is absent.
    static func number(_ key: String) -> EchoField { EchoField(key: key, kind: .number) }

    /// A secret, which `global` may give.
    static func secret(_ key: String, global: String? = nil) -> EchoField {
        EchoField(key: key, kind: .secret, fallback: global.map { .global($0) } ?? .nothing)
    }

    /// An address, which `global` may give.
    static func url(_ key: String, global: String? = nil) -> EchoField {
        EchoField(key: key, kind: .url, fallback: global.map { .global($0) } ?? .nothing)
    }

    /// A duration that is always there.
    static func duration(_ key: String, _ fallback: String) -> EchoField {
        EchoField(key: key, kind: .duration, fallback: .value(.plain(fallback)), isOptional: false)
    }

    /// A duration that is left out when it is absent.
    static func duration(_ key: String) -> EchoField { EchoField(key: key, kind: .duration) }

    /// `send_resolved`.
    static func resolved(_ fallback: Bool) -> EchoField { flag("send_resolved", fallback) }

    /// `http_config`.
    static let http = EchoField(key: "http_config", kind: .http)

    static func texts(_ key: String) -> EchoField { EchoField(key: key, kind: .texts) }
    static func tree(_ key: String) -> EchoField { EchoField(key: key, kind: .tree) }
    static func section(_ key: String, _ fields: [EchoField]) -> EchoField {
        EchoField(key: key, kind: .section(fields))
    }
    static func sections(_ key: String, _ fields: [EchoField]) -> EchoField {
        EchoField(key: key, kind: .sections(fields))
    }
}
