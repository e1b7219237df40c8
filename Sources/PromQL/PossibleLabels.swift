import TimeSeries

/// Which labels the series of a result can have.
public enum PossibleLabels: Hashable, Sendable {
    /// None but these.
    case only(Set<String>)
    /// All but these.
    case allExcept(Set<String>)

    /// Any label.
    public static let any = PossibleLabels.allExcept([])

    /// Whether a series can have the label.
    public func contains(_ label: String) -> Bool {
        switch self {
        case .only(let labels): labels.contains(label)
        case .allExcept(let labels): !labels.contains(label)
        }
    }

    func removing(_ gone: some Sequence<String>) -> PossibleLabels {
        switch self {
        case .only(let labels): .only(labels.subtracting(gone))
        case .allExcept(let labels): .allExcept(labels.union(gone))
        }
    }

    func adding(_ more: some Sequence<String>) -> PossibleLabels {
        switch self {
        case .only(let labels): .only(labels.union(more))
        case .allExcept(let labels): .allExcept(labels.subtracting(more))
        }
    }

    func keeping(_ wanted: some Sequence<String>) -> PossibleLabels { .only(Set(wanted).filter(contains)) }

    func union(_ other: PossibleLabels) -> PossibleLabels {
        switch (self, other) {
        case (.only(let left), .only(let right)): .only(left.union(right))
        case (.only(let some), .allExcept(let none)), (.allExcept(let none), .only(let some)):
            .allExcept(none.subtracting(some))
        case (.allExcept(let left), .allExcept(let right)): .allExcept(left.intersection(right))
        }
    }
}

extension Expr {
    /// Which labels the series of the result can have, as far as the expression alone says.
    public var possibleLabels: PossibleLabels {
        switch self {
        case .number, .string: .only([])
        case .vectorSelector(let node): node.possibleLabels
        case .matrixSelector(let node): node.selector.possibleLabels
        case .subquery(let node): node.inner.possibleLabels
        case .unary(let node): node.operand.possibleLabels.removing([Labels.metricName])
        case .paren(let node): node.inner.possibleLabels
        case .aggregate(let node): node.possibleLabels
        case .call(let node): node.possibleLabels
        case .binary(let node): node.possibleLabels
        }
    }
}

extension VectorSelector {
    /// A matcher that demands an empty value excludes its label.
    fileprivate var possibleLabels: PossibleLabels {
        .allExcept(Set(matchers.filter { $0.operation == .equal && $0.value.isEmpty }.map(\.name)))
    }
}

extension AggregateExpr {
    fileprivate var possibleLabels: PossibleLabels {
        let inside = inner.possibleLabels
        switch op {
        case .topk, .bottomk, .limitk, .limitRatio: return inside
        default: break
        }
        let kept = isWithout ? inside.removing(grouping + [Labels.metricName]) : inside.keeping(grouping)
        guard op == .countValues, case .string(let label)? = parameter?.withoutParentheses else { return kept }
        return kept.adding([label.value])
    }
}

extension Call {
    fileprivate var possibleLabels: PossibleLabels {
        let name = [Labels.metricName]
        switch function {
        case "absent", "absent_over_time":
            guard case .vectorSelector(let selector)? = arguments.first?.selectorInside else { return .only([]) }
            let equal = selector.matchers.filter { $0.operation == .equal && $0.name != Labels.metricName }
            // A label that is demanded twice is left out.
            let once = equal.filter { matcher in selector.matchers.count { $0.name == matcher.name } == 1 }
            return .only(Set(once.map(\.name)))
        case "vector", "scalar", "time", "pi", "start", "end", "step", "range", "min_of", "max_of": return .only([])
        case "label_replace", "label_join":
            let inside = arguments.first?.possibleLabels ?? .any
            guard arguments.count > 1, case .string(let target) = arguments[1].withoutParentheses else { return .any }
            return inside.adding([target.value])
        case "info": return .any
        case "sort", "sort_desc", "sort_by_label", "sort_by_label_desc", "last_over_time", "first_over_time":
            return arguments.first?.possibleLabels ?? .any
        case "histogram_quantile", "histogram_fraction":
            return arguments.last?.possibleLabels.removing(name + ["le"]) ?? .any
        case "histogram_quantiles":
            let inside = arguments.first?.possibleLabels.removing(name + ["le"]) ?? .any
            guard arguments.count > 1, case .string(let label) = arguments[1].withoutParentheses else { return .any }
            return inside.adding([label.value])
        default:
            if arguments.isEmpty { return .only([]) }
            let series = arguments.first { $0.type == .vector || $0.type == .matrix }
            return series?.possibleLabels.removing(name) ?? .only([])
        }
    }
}

extension Expr {
    /// The selector that stands here alone, perhaps with a range or in parentheses.
    fileprivate var selectorInside: Expr? {
        switch withoutParentheses {
        case .vectorSelector(let node): .vectorSelector(node)
        case .matrixSelector(let node): .vectorSelector(node.selector)
        default: nil
        }
    }
}

extension BinaryExpr {
    fileprivate var possibleLabels: PossibleLabels {
        let leftLabels = left.possibleLabels
        let rightLabels = right.possibleLabels
        let dropsName = !op.isSetOperator && (!op.isComparison || returnsBool)
        let gone = dropsName ? [Labels.metricName] : []
        switch (left.type, right.type) {
        case (.scalar, .scalar): return .only([])
        case (_, .scalar): return leftLabels.removing(gone)
        case (.scalar, _): return rightLabels.removing(gone)
        default: break
        }
        switch op {
        case .and, .unless: return leftLabels
        case .or: return leftLabels.union(rightLabels)
        default: break
        }
        guard let matching else { return leftLabels.removing(gone) }
        switch matching.cardinality {
        case .manyToOne: return leftLabels.removing(gone).taking(matching.include, from: rightLabels)
        case .oneToMany: return rightLabels.removing(gone).taking(matching.include, from: leftLabels)
        case .oneToOne, .manyToMany:
            let kept = matching.isOn ? leftLabels.keeping(matching.labels) : leftLabels.removing(matching.labels)
            return kept.removing(gone)
        }
    }
}

extension PossibleLabels {
    /// With these labels as `other` has them: those it cannot have are deleted.
    fileprivate func taking(_ labels: [String], from other: PossibleLabels) -> PossibleLabels {
        removing(labels.filter { !other.contains($0) }).adding(labels.filter { other.contains($0) })
    }
}
