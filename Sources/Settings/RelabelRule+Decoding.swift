import Base
import RegularExpressions
import TimeSeries
import YAML

extension RelabelRule {
    /// Reads a list of steps; reports what is wrong with them, in Prometheus' words.
    public static func list(_ nodes: [YAMLNode], _ context: SettingsContext) -> [RelabelRule] {
        nodes.compactMap { node in
            context.decoding.mapping(node, as: "relabelling step").flatMap { RelabelRule($0, context) }
        }
    }

    /// Reads one step; nil when it cannot be used, which has been reported then.
    public init?(_ reader: YAMLMappingReader, _ context: SettingsContext) {
        let actionText = (reader.string("action") ?? "replace").lowercased()
        let sources = reader.strings("source_labels")
        let regexText = reader.string("regex")
        let separatorText =
            reader.has("separator") ? reader.string("separator") : reader.value("separator").map { _ in "" }
        let target = reader.string("target_label")
        let replacementText =
            reader.has("replacement") ? reader.string("replacement") : reader.value("replacement").map { _ in "" }
        let modulusNumber = reader.int("modulus") ?? 0
        reader.finish()
        func refuse(_ message: String, _ key: String) {
            context.decoding.report(message, at: reader.value(key) ?? reader.node)
        }
        guard let action = Action(rawValue: actionText) else {
            let nearest = NearMiss.best(for: actionText, among: Action.allCases.map(\.rawValue))
            context.decoding.report(
                "unknown relabel action \"\(actionText)\"", at: reader.value("action") ?? reader.node,
                hint: nearest.map { "did you mean '\($0)'?" })
            return nil
        }
        do throws(RegularExpressionError) {
            try self.init(action, regex: regexText ?? Self.defaultRegex)
        } catch {
            refuse("\(error)", "regex")
            return nil
        }
        sourceLabels = sources ?? []
        separator = separatorText ?? ";"
        targetLabel = target ?? ""
        replacement = replacementText ?? "$1"
        guard let modulus = UInt64(exactly: modulusNumber) else {
            refuse("'modulus' cannot be negative", "modulus")
            return nil
        }
        self.modulus = modulus
        if let (message, key) = fault { refuse(message, key) }
    }

    /// What is wrong with the step as a whole, and the key to point at.
    private var fault: (message: String, key: String)? {
        let name = action.rawValue
        let isDefault =
            (regex.pattern == Self.defaultRegex, separator == ";", replacement == "$1", modulus == 0)
        switch action {
        case .hashmod where modulus == 0:
            return ("relabel configuration for hashmod requires non-zero modulus", "modulus")
        case .replace, .hashmod, .lowercase, .uppercase, .keepequal, .dropequal:
            if targetLabel.isEmpty {
                return ("relabel configuration for \(name) action requires 'target_label' value", "target_label")
            }
            if [.lowercase, .uppercase, .keepequal, .dropequal].contains(action), !isDefault.2 {
                return ("'replacement' can not be set for \(name) action", "replacement")
            }
            if [.keepequal, .dropequal].contains(action), !isDefault.0 || !isDefault.1 || !isDefault.3 {
                return (
                    "\(name) action requires only 'source_labels' and `target_label`, and no other fields", "action"
                )
            }
        case .labelmap where replacement.isEmpty:
            return ("\"\" is invalid 'replacement' for labelmap action", "replacement")
        case .labeldrop, .labelkeep:
            let hasOthers = !sourceLabels.isEmpty || !targetLabel.isEmpty
            if hasOthers || !isDefault.1 || !isDefault.2 || !isDefault.3 {
                return ("\(name) action requires only 'regex', and no other fields", "action")
            }
        default: break
        }
        return nil
    }
}
