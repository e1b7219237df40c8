/// The sets of routes that alerts take, each kept once: most alerts share theirs with a great many others.
struct RouteSets: Sendable {
    /// A set of routes.
    struct Entry: Sendable {
        /// Places in the tree, in order.
        let routes: [Int]
        /// The receivers of ``routes``, in their order.
        let receivers: [String]
    }

    private var numbers: [[Int]: Int32] = [:]
    private var entries: [Entry] = []

    /// The number of a set of routes of `tree`.
    mutating func number(of routes: [Int], in tree: RouteTree) -> Int32 {
        if let known = numbers[routes] { return known }
        let number = Int32(entries.count)
        entries.append(Entry(routes: routes, receivers: routes.map { tree.routes[$0].receiver }))
        numbers[routes] = number
        return number
    }

    /// The set of a number.
    subscript(number: Int32) -> Entry { entries[Int(number)] }
}
