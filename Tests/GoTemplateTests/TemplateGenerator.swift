import TestSupport

/// Makes random templates: most of them sound, some with the mistakes that people make.
struct TemplateGenerator {
    enum Dialect { case alertmanager, prometheus, html }

    /// What an expression is meant to give.
    enum Wanted: CaseIterable { case string, int, float, bool, strings, labels, pairs, time, duration, any }

    let dialect: Dialect
    var chance: SeededGenerator
    private var variables: [(name: String, type: Wanted)] = []
    private var depth = 0
    private var inAlert = false
    private var inRange = false

    init(_ dialect: Dialect, seed: UInt64) {
        self.dialect = dialect
        chance = SeededGenerator(seed: seed)
    }

    /// A whole template.
    mutating func template() -> String {
        variables = []
        inAlert = false
        inRange = false
        var out = ""
        if chance.chance(10) { out += "{{ define \"t1\" }}[{{ . }}\(dialect == .prometheus ? "" : "]"){{ end }}" }
        return out + body(3)
    }

    /// A template with a few characters lost, doubled or put in.
    mutating func damagedTemplate() -> String {
        var scalars = Array(template().unicodeScalars)
        for _ in 0..<Int.random(in: 1...3, using: &chance) where !scalars.isEmpty {
            let place = Int.random(in: 0..<scalars.count, using: &chance)
            switch Int.random(in: 0..<4, using: &chance) {
            case 0: scalars.remove(at: place)
            case 1: scalars.insert(scalars[place], at: place)
            default: scalars.insert(chance.pick(Array("{}()\"`'|$.:=-+ \n/*,;@é0_x".unicodeScalars)), at: place)
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    private mutating func body(_ room: Int) -> String {
        (0..<Int.random(in: 1...max(1, room + 1), using: &chance)).map { _ in statement(room) }.joined()
    }

    private mutating func open() -> String { chance.chance(8) ? "{{- " : chance.pick(["{{", "{{ ", "{{  "]) }
    private mutating func close() -> String { chance.chance(8) ? " -}}" : chance.pick(["}}", " }}", "\n}}"]) }
    private mutating func action(_ inner: String) -> String { open() + inner + close() }

    private mutating func text() -> String {
        if dialect == .html { return HTMLPieces.piece(&chance) }
        return chance.pick([
            " ", "\n", "x", "a b\n", "  é ", "<b>&", "\"q\" 'r'", "", "\t|\t", "100%", "{ }", "\u{1F600}",
        ])
    }

    private mutating func statement(_ room: Int) -> String {
        let scope = variables.count
        defer { variables.removeLast(max(0, variables.count - scope - (room > 0 ? 1 : 0))) }
        switch Int.random(in: 0..<100, using: &chance) {
        case 0..<25: return text()
        case 25..<55: return action(expression(chance.pick(Wanted.allCases), 3))
        case 55..<65:
            let type = chance.pick(Wanted.allCases)
            let value = expression(type, 2)
            let name = "$v\(variables.count)"
            let shown = action("\(name) := \(value)")
            variables.append((name, type))
            return shown
        case 65..<69:
            guard let known = variables.randomElement(using: &chance) else { return text() }
            return action("\(known.name) = \(expression(known.type, 2))")
        case 69..<80 where room > 0:
            let head = action("if \(expression(chance.pick([.bool, .any, .string]), 2))")
            var out = head + body(room - 1)
            if chance.chance(20) { out += action("else if \(expression(.bool, 2))") + body(room - 1) }
            if chance.chance(40) { out += action("else") + body(room - 1) }
            return out + action("end")
        case 80..<86 where room > 0:
            let head = action("with \(expression(chance.pick(Wanted.allCases), 2))")
            let outer = inAlert
            inAlert = false
            let inner = dotless(room - 1)
            inAlert = outer
            return head + inner + (chance.chance(30) ? action("else") + body(room - 1) : "") + action("end")
        case 86..<96 where room > 0: return range(room)
        case 96: return "{{/* a note */}}"
        case 97: return action("template \"t1\" \(expression(.any, 1))")
        case 98 where inRange: return action(chance.pick(["break", "continue"]))
        default: return text()
        }
    }

    /// A body in which the dot is no longer the data.
    private mutating func dotless(_ room: Int) -> String {
        let mixed = chance.chance(50) ? action(".") : action("printf \"%v\" .")
        return mixed + (chance.chance(50) ? text() : "")
    }

    private mutating func range(_ room: Int) -> String {
        let outer = (inAlert, inRange)
        inRange = true
        defer { (inAlert, inRange) = outer }
        if dialect != .prometheus, chance.chance(40) {
            inAlert = true
            let head = action("range \(chance.pick(["$.Alerts", "$.Alerts.Firing", "$.Alerts.Resolved"]))")
            return head + body(room - 1) + action("end")
        }
        let count = variables.count
        let (key, value) = ("$k\(count)", "$e\(count)")
        let source: String
        let element: Wanted
        switch Int.random(in: 0..<4, using: &chance) {
        case 0: (source, element) = (expression(.labels, 1), .string)
        case 1: (source, element) = (expression(.strings, 1), .string)
        case 2: (source, element) = (expression(.int, 1), .int)
        default: (source, element) = (expression(.any, 1), .any)
        }
        var head = "range \(source)"
        if chance.chance(60) {
            variables.append((value, element))
            head = "range \(value) := \(source)"
        } else if chance.chance(60) {
            variables.append((key, .any))
            variables.append((value, element))
            head = "range \(key), \(value) := \(source)"
        }
        let start = action(head)
        let inner = dotless(room - 1)
        variables.removeLast(variables.count - count)
        return start + inner + (chance.chance(30) ? action("else") + text() : "") + action("end")
    }

    // MARK: Expressions

    private mutating func expression(_ type: Wanted, _ room: Int) -> String {
        // Now and then a value of a wrong kind, as people write them.
        let type = chance.chance(4) ? chance.pick(Wanted.allCases) : type
        if chance.chance(20), let known = variables.filter({ $0.type == type }).randomElement(using: &chance) {
            return known.name
        }
        return room > 0 ? call(type, room) : atom(type)
    }

    private mutating func argument(_ type: Wanted, _ room: Int) -> String {
        let inner = expression(type, room - 1)
        let needsParens =
            inner.contains(" ") && !inner.hasPrefix("\"") && !inner.hasPrefix("`") && !inner.hasPrefix("(")
        return needsParens || inner.contains(" | ") ? "(\(inner))" : inner
    }

    private mutating func atom(_ type: Wanted) -> String {
        let prometheus = dialect == .prometheus
        switch type {
        case .string:
            let common = [
                "\"a\"", "`r\\w`", "\"x \\\"y\\\"\\n\"", "\"été\"", "\"<i>&'\"", "\"\"", "\"10.5\"", "\"a,b\"",
                "\"http://h:80/p?q=1&r=2\"",
                "\"javascript:alert(1)\"",
            ]
            return chance.pick(
                common
                    + (prometheus
                        ? [
                            "$labels.job", ".Labels.instance", "$labels.nope", "$externalLabels.cl",
                            ".ExternalLabels.x",
                        ]
                        : inAlert
                            ? [".Status", ".Labels.alertname", ".Annotations.summary", ".GeneratorURL", ".Labels.nope"]
                            : [
                                "$.Status", "$.Receiver", "$.ExternalURL", "$.GroupLabels.job", "$.CommonLabels.zone",
                                "$.CommonAnnotations.x",
                            ]))
        case .int: return chance.pick(["0", "1", "2", "3", "42", "-7", "0x1F", "'a'", "1_000"])
        case .float:
            return chance.pick(
                ["1.5", "0.0", "-2.25", "1e6", "1e-7", "123456789.0", "1e21", "99.995"]
                    + (prometheus ? ["$value", ".Value"] : []))
        case .bool: return chance.pick(["true", "false"])
        case .strings:
            return prometheus
                ? "(args 1 \"b\")"
                : chance.pick([
                    "(stringSlice \"b\" \"a\")", "$.CommonLabels.Names", "$.GroupLabels.Values",
                    "$.CommonLabels.SortedPairs.Values",
                ])
        case .labels:
            return prometheus
                ? chance.pick(["$labels", ".Labels", "$externalLabels"])
                : chance.pick(
                    ["$.CommonLabels", "$.GroupLabels", "$.CommonAnnotations"]
                        + (inAlert ? [".Labels", ".Annotations"] : []))
        case .pairs: return prometheus ? "$labels" : "$.CommonLabels.SortedPairs"
        case .time:
            return prometheus
                ? "(toTime 1643114203.5)"
                : inAlert ? chance.pick([".StartsAt", ".EndsAt"]) : "(index $.Alerts 0).StartsAt"
        case .duration:
            return prometheus
                ? "90.5"
                : "(\(chance.pick(["(index $.Alerts 0).EndsAt.Sub", "(index $.Alerts 0).StartsAt.Sub"])) (index $.Alerts 0).StartsAt)"
        case .any:
            return chance.pick(
                ["1", "\"s\"", "true", "1.25", "nil", "."]
                    + (prometheus
                        ? ["$labels", "$value", "(args 1 nil)"]
                        : ["$.Alerts", "(dict \"k\" 1 \"n\" nil)", "(list 1 \"b\" nil)", "$.CommonLabels", "$.Status"]))
        }
    }

    private mutating func call(_ type: Wanted, _ room: Int) -> String {
        let prometheus = dialect == .prometheus
        switch type {
        case .string:
            switch Int.random(in: 0..<16, using: &chance) {
            case 0:
                return
                    "printf \"\(format())\" \(argument(.any, room)) \(argument(chance.pick([.int, .float, .string]), room))"
            case 1:
                return
                    "\(argument(.string, room)) | \(chance.pick(["toUpper", "toLower", "title", "html", "js", "urlquery"]))"
            case 2:
                return
                    "reReplaceAll \(chance.pick(["\"[a-c]+\"", "\"(.)(.)\"", "`^$`", "\"e*\"", "\"(\""])) \(chance.pick(["\"<$1>\"", "\"\"", "\"${1}x$2\"", "\"$1x\""])) \(argument(.string, room))"
            case 3: return "print \(argument(.any, room)) \(argument(.any, room))"
            case 4: return "println \(argument(.any, room))"
            case 5: return "slice \(argument(.string, room)) 0 \(chance.pick(["0", "1", "2"]))"
            case 6 where !prometheus: return "join \(argument(.string, 0)) \(argument(.strings, room))"
            case 7 where !prometheus: return "toJson \(argument(chance.pick([.any, .labels, .pairs]), room))"
            case 8 where !prometheus:
                return
                    "date \(chance.pick(["\"2006-01-02 15:04:05 MST\"", "\"Mon Jan _2 3:4:5PM .000 Z07:00\"", "\"06 002 __2 -07 pm\""])) \(argument(.time, room))"
            case 9 where !prometheus: return "trimSpace \(argument(.string, room))"
            case 10: return "\(argument(.time, room)).Format \"Jan 2 2006 .999 15h\"".replacingOpenCall
            case 11: return "index \(argument(.labels, room)) \(chance.pick(["\"job\"", "\"nope\"", "1"]))"
            case 12: return "humanizeDuration \(argument(chance.pick([.float, .int, .string]), room))"
            case 13 where prometheus:
                return
                    "\(argument(chance.pick([.float, .int, .string, .any]), room)) | \(chance.pick(["humanize", "humanize1024", "humanizePercentage", "humanizeTimestamp", "humanizeDuration"]))"
            case 14 where prometheus:
                return
                    "\(chance.pick(["stripPort", "stripDomain", "graphLink", "tableLink"])) \(argument(.string, room))"
            default: return atom(.string)
            }
        case .int:
            switch Int.random(in: 0..<5, using: &chance) {
            case 0: return "len \(argument(chance.pick([.string, .strings, .labels, .any]), room))"
            case 1: return "index \(argument(.string, room)) \(chance.pick(["0", "1"]))"
            case 2 where !prometheus:
                return "\(argument(.time, 0)).\(chance.pick(["Minute", "Year", "Hour", "YearDay", "Month", "Weekday"]))"
            default: return atom(.int)
            }
        case .float:
            if prometheus, chance.chance(25) { return "parseDuration \(chance.pick(["\"1h30m\"", "\"5\"", "\"1d\""]))" }
            return atom(.float)
        case .bool:
            switch Int.random(in: 0..<7, using: &chance) {
            case 0:
                return
                    "\(chance.pick(["eq", "ne", "lt", "le", "gt", "ge"])) \(argument(.string, room)) \(argument(.string, room))"
            case 1:
                return
                    "\(chance.pick(["eq", "ne", "lt", "le", "gt", "ge"])) \(argument(.int, room)) \(argument(.int, room))"
            case 2: return "eq \(argument(.any, room)) \(argument(.any, room)) \(argument(.any, room))"
            case 3: return "\(chance.pick(["and", "or"])) \(argument(.any, room)) \(argument(.any, room))"
            case 4: return "not \(argument(.any, room))"
            case 5: return "match \(chance.pick(["\"^a\"", "\"[0-9]+\"", "\"[\""])) \(argument(.string, room))"
            default: return atom(.bool)
            }
        case .labels:
            if !prometheus, chance.chance(30) { return "\(atom(.labels)).Remove \(argument(.strings, room))" }
            return atom(.labels)
        case .time:
            if !prometheus, chance.chance(40) {
                return
                    "tz \(chance.pick(["\"Europe/Berlin\"", "\"America/New_York\"", "\"Asia/Kolkata\"", "\"No/Where\""])) \(argument(.time, room))"
            }
            return atom(.time)
        case .any:
            switch Int.random(in: 0..<6, using: &chance) {
            case 0 where !prometheus: return "dict \"a\" \(argument(.any, room)) \"b\" \(argument(.any, room))"
            case 1 where !prometheus: return "list \(argument(.any, room)) \(argument(.string, room))"
            case 2 where !prometheus: return "append (list 1) \(argument(.any, room))"
            case 3: return "\(argument(.any, room)) | printf \"\(format())\""
            case 4: return expression(chance.pick(Wanted.allCases), room - 1)
            default: return atom(.any)
            }
        case .strings, .pairs, .duration: return atom(type)
        }
    }

    private mutating func format() -> String {
        chance.pick([
            "%v", "%v %v", "%s|%d", "%5v|%-5v|", "%q %x", "%+v %#v", "%T %T", "%05d %5.1f", "%.2f", "%e %g", "%t%%",
            "%[2]v %[1]v", "%c %U", "%*d", "%!",
            "%08.3f|% d", "%6.2f%%", "%+d %X", "%.3s|%10.2s", "%o %b", "%z",
        ])
    }
}

extension String {
    /// `x.Format "…"` where x is in parentheses or a plain name.
    fileprivate var replacingOpenCall: String { self }
}
