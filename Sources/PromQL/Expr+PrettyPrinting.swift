extension Expr {
    /// The expression over several lines where it is longer than `width` bytes, two spaces a level, in the layout of
    /// `promtool promql format`; reading it gives the same tree.
    public func prettyPrinted(width: Int = 100) -> String {
        var out = ""
        writePretty(to: &out, level: 0, width: width)
        return out
    }

    /// Writes the lines of the expression, each with its indent.
    private func writePretty(to out: inout String, level: Int, width: Int) {
        let indent = String(repeating: "  ", count: level)
        let line = description
        if line.utf8.count <= width {
            out += indent + line
            return
        }
        switch self {
        case .number, .string, .vectorSelector, .matrixSelector: out += indent + line
        case .aggregate(let node):
            let items = (node.parameter.map { [$0] } ?? []) + [node.inner]
            Self.writeList(indent, node.head, items, to: &out, level, width)
        case .call(let node): Self.writeList(indent, node.function, node.arguments, to: &out, level, width)
        case .paren(let node): Self.writeList(indent, "", [node.inner], to: &out, level, width)
        case .binary(let node):
            if node.leftNeedsBareInfinity {
                out += indent + "  Inf"
            } else {
                node.left.writePretty(to: &out, level: level + 1, width: width)
            }
            out += "\n\(indent)\(node.operatorText)\n"
            node.right.writePretty(to: &out, level: level + 1, width: width)
        case .unary(let node):
            var operand = ""
            node.operand.writePretty(to: &operand, level: level, width: width)
            // The sign stands before the operand's first line, in place of nothing but its indent.
            out += indent + (node.isNegative ? "-" : "+") + String(Substring(operand.utf8.drop { $0 == 0x20 }))
        case .subquery(let node):
            node.inner.writePretty(to: &out, level: level, width: width)
            node.writeSuffix(to: &out)
        }
    }

    private static func writeList(
        _ indent: String, _ head: String, _ items: [Expr], to out: inout String, _ level: Int, _ width: Int
    ) {
        out += indent + head + "("
        for (index, item) in items.enumerated() {
            out += index == 0 ? "\n" : ",\n"
            item.writePretty(to: &out, level: level + 1, width: width)
        }
        out += items.isEmpty ? ")" : "\n" + indent + ")"
    }
}
