import PromQL

/// Which labels the series of a result can have, as far as the expression alone tells.
enum LabelKnowledge: Equatable {
    /// Nothing but these.
    case only(Set<String>)
    /// Anything but these.
    case anyExcept(Set<String>)

    /// Whether a series may have the label.
    func mayHave(_ label: String) -> Bool {
        switch self {
        case .only(let labels): labels.contains(label)
        case .anyExcept(let labels): !labels.contains(label)
        }
    }

    init(of expr: Expr) {
        switch expr {
        case .number, .string: self = .only([])
        case .vectorSelector, .matrixSelector: self = .anyExcept([])
        case .subquery(let node): self = Self(of: node.inner)
        case .unary(let node): self = Self(of: node.operand).removing(["__name__"])
        case .paren(let node): self = Self(of: node.inner)
        case .aggregate(let node): self = Self.aggregate(node)
        case .call(let node): self = Self.call(node)
        case .binary(let node): self = Self.binary(node)
        }
    }

    private static func aggregate(_ node: AggregateExpr) -> LabelKnowledge {
        let inner = Self(of: node.inner)
        switch node.op {
        case .topk, .bottomk, .limitk, .limitRatio: return inner
        default: break
        }
        var result = node.isWithout ? inner.removing(Set(node.grouping + ["__name__"])) : inner.keeping(node.grouping)
        if node.op == .countValues {
            guard case .string(let label)? = node.parameter?.unwrapped else { return .anyExcept([]) }
            result = result.adding([label.value])
        }
        return result
    }

    private static func call(_ node: Call) -> LabelKnowledge {
        switch node.function {
        case "scalar", "time", "vector", "pi": return .only([])
        case "absent", "absent_over_time": return absent(node.arguments.first?.unwrapped)
        case "label_replace", "label_join":
            guard node.arguments.count > 1, case .string(let label) = node.arguments[1].unwrapped else {
                return .anyExcept([])
            }
            return Self(of: node.arguments[0]).adding([label.value])
        case "histogram_quantile":
            return node.arguments.last.map { Self(of: $0).removing(["le", "__name__"]) } ?? .only([])
        case "histogram_quantiles", "info": return .anyExcept([])
        default:
            // Functions take the labels of their one vector; without one (hour(), …) there are none.
            let vectors = node.arguments.filter { argument in
                switch argument.unwrapped {
                case .number, .string: false
                default: true
                }
            }
            guard let first = vectors.first else { return .only([]) }
            return vectors.dropFirst().reduce(Self(of: first)) { $0.union(Self(of: $1)) }
        }
    }

    /// `absent` gives the labels of the selector's equal matchers.
    private static func absent(_ argument: Expr?) -> LabelKnowledge {
        let selector: VectorSelector
        switch argument {
        case .vectorSelector(let node): selector = node
        case .matrixSelector(let node): selector = node.selector
        default: return .only([])
        }
        let names = selector.matchers.filter { $0.operation == .equal && $0.name != "__name__" }.map(\.name)
        return .only(Set(names.filter { name in names.count { $0 == name } == 1 }))
    }

    private static func binary(_ node: BinaryExpr) -> LabelKnowledge {
        let left = Self(of: node.left)
        let right = Self(of: node.right)
        guard let matching = node.matching else {
            // A scalar on one side: the labels of the other.
            return left == .only([]) ? right : left
        }
        switch node.op {
        case .and, .unless: return left
        case .or: return left.union(right)
        default: break
        }
        switch matching.cardinality {
        case .oneToOne:
            return matching.isOn ? left.keeping(matching.labels) : left.removing(Set(matching.labels))
        case .manyToOne: return left.adding(matching.include)
        case .oneToMany: return right.adding(matching.include)
        case .manyToMany: return left.union(right)
        }
    }

    private func keeping(_ labels: [String]) -> LabelKnowledge { .only(Set(labels.filter(mayHave))) }

    private func removing(_ labels: Set<String>) -> LabelKnowledge {
        switch self {
        case .only(let own): .only(own.subtracting(labels))
        case .anyExcept(let own): .anyExcept(own.union(labels))
        }
    }

    private func adding(_ labels: [String]) -> LabelKnowledge {
        switch self {
        case .only(let own): .only(own.union(labels))
        case .anyExcept(let own): .anyExcept(own.subtracting(labels))
        }
    }

    private func union(_ other: LabelKnowledge) -> LabelKnowledge {
        switch (self, other) {
        case (.only(let left), .only(let right)): .only(left.union(right))
        case (.anyExcept(let left), .anyExcept(let right)): .anyExcept(left.intersection(right))
        case (.only(let some), .anyExcept(let none)), (.anyExcept(let none), .only(let some)):
            .anyExcept(none.subtracting(some))
        }
    }
}
