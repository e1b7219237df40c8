import Alerts
import Base
import GoTemplate
import TimeSeries
import YAML

/// Reads the routing tree and notes the names it uses.
struct RouteDecoder {
    let decoding: YAMLDecoding
    let intervals: Set<String>
    var receivers: [DispatchSettings.Reference] = []
    var policies: [DispatchSettings.Reference] = []

    init(decoding: YAMLDecoding, intervals: Set<String>) {
        self.decoding = decoding
        self.intervals = intervals
    }

    /// Reads the root, which carries no conditions.
    mutating func root(_ node: YAMLNode) -> RouteConfiguration? {
        guard let route = route(node) else { return nil }
        if route.receiver == nil { decoding.report("root route must specify a default receiver", at: node) }
        if !route.matchers.isEmpty { decoding.report("root route must not have any matchers", at: node) }
        if route.continues { decoding.report("cannot have continue in root route", at: node) }
        if !route.muteTimeIntervals.isEmpty {
            decoding.report("root route must not have any mute time intervals", at: node)
        }
        if !route.activeTimeIntervals.isEmpty {
            decoding.report("root route must not have any active time intervals", at: node)
        }
        return route
    }

    private mutating func route(_ node: YAMLNode) -> RouteConfiguration? {
        guard let reader = decoding.mapping(node, as: "route") else { return nil }
        var route = RouteConfiguration()
        if let name = reader.string("receiver"), !name.isEmpty, let place = reader.value("receiver") {
            route.receiver = name
            receivers.append(.init(name: name, node: place))
        }
        route.matchers = MatcherDecoder.matchers(reader, prefix: "", in: decoding)
        route.grouping = grouping(reader)
        route.groupWait = reader.duration("group_wait")
        route.groupInterval = positive(reader, "group_interval")
        route.repeatInterval = positive(reader, "repeat_interval")
        route.continues = reader.bool("continue") ?? false
        route.muteTimeIntervals = intervalNames(reader, "mute_time_intervals")
        route.activeTimeIntervals = intervalNames(reader, "active_time_intervals")
        if let name = reader.string("escalation_policy"), let place = reader.value("escalation_policy") {
            route.escalationPolicy = name
            policies.append(.init(name: name, node: place))
        }
        route.labels = labels(reader)
        for child in reader.list("routes") ?? [] {
            if let child = self.route(child) { route.routes.append(child) }
        }
        reader.finish()
        return route
    }

    private func labels(_ reader: YAMLMappingReader) -> Labels {
        var labels: [(String, String)] = []
        for pair in reader.stringPairs("labels") {
            if pair.name.isEmpty { decoding.report("invalid label name \"\" in labels", at: pair.nameNode) }
            var template = TemplateSet(functions: .alertmanager)
            do throws(TemplateError) { try template.parse(pair.text, name: "") } catch {
                decoding.report("label \(pair.name) is no template: \(error.reason)", at: pair.textNode)
            }
            labels.append((pair.name, pair.text))
        }
        return Labels(keepingEmpty: labels)
    }

    private func positive(_ reader: YAMLMappingReader, _ key: String) -> Duration? {
        guard let duration = reader.duration(key) else { return nil }
        if duration <= .zero, let node = reader.value(key) {
            decoding.report("\(key) cannot be zero", at: node)
            return nil
        }
        return duration
    }

    private func grouping(_ reader: YAMLMappingReader) -> RouteConfiguration.Grouping? {
        guard let items = reader.list("group_by") else { return nil }
        var names: [String] = []
        var isAll = false
        for item in items {
            if !item.isNull, item.scalar == nil {
                _ = decoding.string(item, as: "an item of 'group_by'")
                continue
            }
            let name = decoding.string(item, as: "an item of 'group_by'") ?? ""
            if name == "..." {
                isAll = true
            } else if name.isEmpty {
                decoding.report("invalid label name \"\" in group_by list", at: item)
            } else if names.contains(name) {
                decoding.report("duplicated label \"\(name)\" in group_by", at: item)
            } else {
                names.append(name)
            }
        }
        if isAll, !names.isEmpty, let node = reader.value("group_by") {
            decoding.report("cannot have wildcard group_by (`...`) and other labels at the same time", at: node)
        }
        return isAll ? .allLabels : .labels(names)
    }

    private func intervalNames(_ reader: YAMLMappingReader, _ key: String) -> [String] {
        (reader.list(key) ?? []).compactMap { item in
            if !item.isNull, item.scalar == nil { return decoding.string(item, as: "an item of '\(key)'") }
            let name = decoding.string(item, as: "an item of '\(key)'") ?? ""
            if !intervals.contains(name) {
                let near = NearMiss.best(for: name, among: intervals.sorted())
                decoding.report(
                    "undefined time interval \"\(name)\" used in route", at: item,
                    hint: near.map { "did you mean '\($0)'?" })
            }
            return name
        }
    }
}
