import Base

extension FunctionTable {
    /// What notification templates may call, as of Alertmanager 0.34.
    ///
    /// - Source: Alertmanager's notification template reference.
    public static let alertmanager = FunctionTable.builtin.adding([
        "toUpper": TextFunctions.upper,
        "toLower": TextFunctions.lower,
        "title": TemplateFunction([.string]) { .string(TextFunctions.title($0.string(0), lowering: true)) },
        "trimSpace": TemplateFunction([.string]) { .string(trimmed($0.string(0))) },
        "join": TemplateFunction([.string, .stringList]) { call in
            .string(call.elements(1).map { $0.textual ?? "" }.joined(separator: call.string(0)))
        },
        "match": TextFunctions.match,
        "safeHtml": TextFunctions.safeHTML,
        // Not Alertmanager's: what Slack would read as markup.
        "slackEscape": TemplateFunction([.string]) { .safe(SafeText(.html, GoEscape.slack($0.string(0)))) },
        "safeUrl": TemplateFunction([.string]) { .safe(SafeText(.url, $0.string(0))) },
        "urlUnescape": TemplateFunction([.string]) { call throws(FunctionFailure) in
            .string(try unescaped(call.string(0)))
        },
        "reReplaceAll": TextFunctions.reReplaceAll,
        "stringSlice": TemplateFunction(variadic: .string) { .strings($0.arguments.map { $0.textual ?? "" }) },
        "date": TemplateFunction([.string, .time]) { call in
            guard case .time(let time) = call.arguments[1] else { return .undefined }
            return .string(GoTimeLayout.format(time, layout: call.string(0)))
        },
        "tz": TemplateFunction([.string, .time]) { call throws(FunctionFailure) in
            guard case .time(let time) = call.arguments[1] else { return .undefined }
            let name = call.string(0)
            let zone = name == "Local" ? call.environment.localZone : TimeZoneRules(named: name)
            guard let zone else { throw .error("unknown time zone \(name)") }
            return .time(time.shown(in: zone))
        },
        "since": TemplateFunction([.time]) { call in
            guard case .time(let time) = call.arguments[0] else { return .undefined }
            return .duration(call.environment.now.nanoseconds(since: time))
        },
        "now": TemplateFunction { .time($0.environment.now) },
        "toDate": TemplateFunction([.string, .string]) { call in
            let zone = call.environment.localZone
            return .time(
                (try? GoTimeParser.parse(call.string(1), layout: call.string(0), zone: zone)) ?? ZonedTime.zero)
        },
        "mustToDate": TemplateFunction([.string, .string]) { call throws(FunctionFailure) in
            let zone = call.environment.localZone
            do throws(GoTimeError) {
                return .time(try GoTimeParser.parse(call.string(1), layout: call.string(0), zone: zone))
            } catch { throw .error(error.description) }
        },
        "humanizeDuration": TemplateFunction([.any]) { call throws(FunctionFailure) in
            .string(Humanize.duration(try Humanize.number(call.arguments[0])))
        },
        "routeLabels": TemplateFunction([.string]) { .string($0.environment.routeLabels[$0.string(0)] ?? "") },
        "toJson": TemplateFunction([.any]) { call throws(FunctionFailure) in
            .string(try GoJSON.text(call.arguments[0], limit: call.outputBytes))
        },
        "dict": TemplateFunction(variadic: .any) { call throws(FunctionFailure) in
            guard call.arguments.count.isMultiple(of: 2) else {
                throw .error("dict requires an even number of arguments")
            }
            var entries: [String: TemplateValue] = [:]
            for index in stride(from: 0, to: call.arguments.count, by: 2) {
                guard case .string(let key) = call.arguments[index] else { throw .error("dict keys must be strings") }
                entries[key] = call.arguments[index + 1]
            }
            return .map(try bounded(TemplateMap(entries)))
        },
        "list": TemplateFunction(variadic: .any) { call throws(FunctionFailure) in
            .list(try bounded(TemplateList(call.arguments)))
        },
        "append": TemplateFunction([.anyList], variadic: .any) { call throws(FunctionFailure) in
            .list(try bounded(TemplateList(call.elements(0) + call.arguments.dropFirst())))
        },
    ])

    private static func bounded(_ list: TemplateList) throws(FunctionFailure) -> TemplateList {
        if list.nesting > TemplateList.deepest { throw .stopped("values nested too deep") }
        return list
    }

    private static func bounded(_ map: TemplateMap) throws(FunctionFailure) -> TemplateMap {
        if map.nesting > TemplateList.deepest { throw .stopped("values nested too deep") }
        return map
    }

    private static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }

    /// Go's url.QueryUnescape.
    private static func unescaped(_ text: String) throws(FunctionFailure) -> String {
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "+"): out.append(0x20)
            case UInt8(ascii: "%"):
                let digits = String(decoding: bytes[(index + 1)...].prefix(2), as: UTF8.self)
                guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit), let byte = UInt8(digits, radix: 16)
                else {
                    throw .error("invalid URL escape \(GoQuote.quoted("%" + digits))")
                }
                out.append(byte)
                index += 2
            default: out.append(bytes[index])
            }
            index += 1
        }
        return String(decoding: out, as: UTF8.self)
    }
}
