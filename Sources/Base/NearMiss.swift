/// Suggestions for misspelt names.
public enum NearMiss {
    /// The candidate closest to `word` when it is close enough to be meant: at most a third of its letters differ.
    public static func best(for word: String, among candidates: some Sequence<String>) -> String? {
        let limit = max(1, word.count / 3)
        var best: (distance: Int, name: String)?
        for candidate in candidates {
            guard abs(candidate.count - word.count) <= limit else { continue }
            let found = distance(Array(word.lowercased().unicodeScalars), Array(candidate.lowercased().unicodeScalars))
            if found <= limit, found < best?.distance ?? .max { best = (found, candidate) }
        }
        return best?.name
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other. O(n·m).
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var before: [Int] = []
        var last = Array(0...right.count)
        for (row, character) in left.enumerated() {
            var current = [row + 1]
            for column in right.indices {
                var cost = min(last[column + 1] + 1, current[column] + 1)
                cost = min(cost, last[column] + (character == right[column] ? 0 : 1))
                if row > 0, column > 0, character == right[column - 1], left[row - 1] == right[column] {
                    cost = min(cost, before[column - 1] + 1)
                }
                current.append(cost)
            }
            before = last
            last = current
        }
        return last[right.count]
    }
}
