extension TemplateValue {
    /// Labels with the methods of Alertmanager's `template.KV`: SortedPairs, Names, Values and Remove.
    public static func labelSet(_ labels: [String: String]?) -> TemplateValue {
        var map = TemplateMap(
            (labels ?? [:]).mapValues { .string($0) }, type: LabelSetMethods.type, methods: LabelSetMethods())
        map.isNil = labels == nil
        return .map(map)
    }
}

/// The methods of `template.KV`.
private struct LabelSetMethods: TemplateMethods {
    static let type = TemplateType("template.KV", .map, underlying: "map[string]string")

    func method(_ name: String, of receiver: TemplateValue) -> TemplateFunction? {
        guard case .map(let map) = receiver else { return nil }
        switch name {
        case "SortedPairs": return TemplateFunction { _ in PairMethods.value(Self.pairs(map)) }
        case "Names": return TemplateFunction { _ in .strings(Self.pairs(map).map(\.name)) }
        case "Values": return TemplateFunction { _ in .strings(Self.pairs(map).map(\.value)) }
        case "String": return TemplateFunction { _ in .string(Self.text(map)) }
        case "Remove":
            return TemplateFunction([.stringList]) { call in
                var rest = map
                rest.isNil = false
                for name in call.elements(0) { rest.entries[name.textual ?? ""] = nil }
                return .map(rest)
            }
        default: return nil
        }
    }

    func description(of receiver: TemplateValue) -> String? {
        if case .map(let map) = receiver { Self.text(map) } else { nil }
    }

    /// The labels by name, `alertname` before all others.
    private static func pairs(_ map: TemplateMap) -> [PairObject] {
        var keys = map.sortedKeys
        if let place = keys.firstIndex(of: "alertname") { keys.insert(keys.remove(at: place), at: 0) }
        return keys.map { PairObject(name: $0, value: map.entries[$0]?.textual ?? "") }
    }

    private static func text(_ map: TemplateMap) -> String { PairMethods.text(pairs(map)) }
}

/// `template.Pair`.
private struct PairObject: TemplateObject {
    let name: String
    let value: String
    var type: TemplateType { PairMethods.elementType }
    var fields: [TemplateField] { [TemplateField("Name", .string(name)), TemplateField("Value", .string(value))] }
}

/// The methods of `template.Pairs`.
private struct PairMethods: TemplateMethods {
    static let elementType = TemplateType("template.Pair", .structure)

    static func value(_ pairs: [PairObject]) -> TemplateValue {
        .list(
            TemplateList(
                pairs.map { .object($0) },
                type: TemplateType("template.Pairs", .list, underlying: "[]template.Pair"), methods: PairMethods()))
    }

    static func text(_ pairs: [PairObject]) -> String { pairs.map { "\($0.name)=\($0.value)" }.joined(separator: ", ") }

    func method(_ name: String, of receiver: TemplateValue) -> TemplateFunction? {
        let pairs = Self.pairs(of: receiver)
        switch name {
        case "Names": return TemplateFunction { _ in .strings(pairs.map(\.name)) }
        case "Values": return TemplateFunction { _ in .strings(pairs.map(\.value)) }
        case "String": return TemplateFunction { _ in .string(Self.text(pairs)) }
        default: return nil
        }
    }

    func description(of receiver: TemplateValue) -> String? { Self.text(Self.pairs(of: receiver)) }

    private static func pairs(of receiver: TemplateValue) -> [PairObject] {
        guard case .list(let list) = receiver else { return [] }
        return list.elements.compactMap { element in
            if case .object(let object) = element { object as? PairObject } else { nil }
        }
    }
}
