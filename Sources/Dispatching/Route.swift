import Alerts
import TimeSeries

/// A route of the tree with everything that it inherits.
public struct Route: Sendable {
    /// Its place in the tree, parents before children.
    public let index: Int
    /// The path of matchers that group keys begin with.
    public let key: String
    /// As ``key``, and different for two routes with equal matchers: what stored groups refer to.
    public let id: String
    /// The parent's place; nil for the root.
    public let parent: Int?
    /// Its own conditions.
    public let matchers: [AlertMatcher]
    /// Where notifications go.
    public let receiver: String
    /// The labels that make a group; nil means all.
    public let groupBy: LabelNames?
    /// How long a new group waits for company.
    public let groupWait: Duration
    /// How often a group looks whether there is news.
    public let groupInterval: Duration
    /// After how long the same news is told again.
    public let repeatInterval: Duration
    /// Whether siblings behind it are tried too.
    public let continues: Bool
    /// Names of intervals in which nothing is sent.
    public let muteTimeIntervals: [String]
    /// Names of intervals outside which nothing is sent; none means always.
    public let activeTimeIntervals: [String]
    /// Its own labels and those it inherits, its own first where both have one.
    public let labels: Labels
    /// The escalation policy; nil for none.
    public let escalationPolicy: String?
    /// The routes below, in order.
    public fileprivate(set) var children: [Int] = []
    var childIndex = RouteChildIndex()

    /// The labels by which alerts of this route are grouped.
    public func groupLabels(of labels: Labels) -> Labels {
        guard let groupBy else { return labels }
        return labels.keeping(groupBy)
    }

    /// How long a flush may take.
    public var flushTimeout: Duration { max(groupInterval, .seconds(10)) }
}

/// Finds the children whose conditions may hold without trying them all: those with an `=` condition are found by the
/// label's value.
struct RouteChildIndex: Sendable {
    private var byValue: [String: [String: [Int]]] = [:]
    private var others: [Int] = []

    mutating func add(_ child: Int, matchers: [AlertMatcher]) {
        if let equal = matchers.first(where: { $0.operation == .equal && !$0.value.isEmpty }) {
            byValue[equal.name, default: [:]][equal.value, default: []].append(child)
        } else {
            others.append(child)
        }
    }

    /// Candidates in the order of the configuration.
    func candidates(for labels: Labels) -> [Int] {
        if byValue.isEmpty { return others }
        var found = others
        for (name, values) in byValue {
            if let value = labels[name], let children = values[value] { found += children }
        }
        return found.sorted()
    }
}

/// The routing tree, flattened.
public struct RouteTree: Sendable {
    /// Parents before children; the root is the first.
    public private(set) var routes: [Route] = []

    /// Builds the tree below `root`, which must name a receiver.
    public init(_ root: RouteConfiguration) {
        var used: [String: Int] = [:]
        add(root, under: nil, used: &used)
    }

    private mutating func add(_ route: RouteConfiguration, under parent: Int?, used: inout [String: Int]) {
        let above = parent.map { routes[$0] }
        let key = GroupKey.routeKey(of: route.matchers, under: above?.key)
        let index = routes.count
        let twins = used[key, default: 0]
        used[key] = twins + 1
        let groupBy: LabelNames? =
            switch route.grouping {
            case .allLabels: nil
            case .labels(let names): LabelNames(names)
            case nil: above.map(\.groupBy) ?? LabelNames([])
            }
        let policy = route.escalationPolicy ?? above?.escalationPolicy
        routes.append(
            Route(
                index: index, key: key, id: twins == 0 ? key : "\(key)#\(twins)", parent: parent,
                matchers: route.matchers.sorted(), receiver: route.receiver ?? above?.receiver ?? "",
                groupBy: groupBy, groupWait: route.groupWait ?? above?.groupWait ?? .seconds(30),
                groupInterval: route.groupInterval ?? above?.groupInterval ?? .seconds(300),
                repeatInterval: route.repeatInterval ?? above?.repeatInterval ?? .seconds(4 * 3600),
                continues: route.continues, muteTimeIntervals: route.muteTimeIntervals,
                activeTimeIntervals: route.activeTimeIntervals,
                labels: Self.labels(route.labels, over: above?.labels ?? .empty),
                escalationPolicy: policy?.isEmpty == true ? nil : policy))
        for child in route.routes {
            let place = routes.count
            routes[index].children.append(place)
            routes[index].childIndex.add(place, matchers: child.matchers)
            add(child, under: index, used: &used)
        }
    }

    private static func labels(_ own: Labels, over inherited: Labels) -> Labels {
        let kept = inherited.filter { !own.contains($0.name) }
        return Labels(keepingEmpty: (kept + Array(own)).map { ($0.name, $0.value) })
    }

    /// The routes that an alert takes, in order: the deepest that match, the root when none does.
    public func matching(_ labels: Labels) -> [Int] {
        var found: [Int] = []
        if let root = routes.first, root.matchers.allMatch(labels) { descend(root.index, labels, &found) }
        return found
    }

    private func descend(_ index: Int, _ labels: Labels, _ found: inout [Int]) {
        let before = found.count
        for child in routes[index].childIndex.candidates(for: labels) where routes[child].matchers.allMatch(labels) {
            descend(child, labels, &found)
            if !routes[child].continues { break }
        }
        if found.count == before { found.append(index) }
    }
}
