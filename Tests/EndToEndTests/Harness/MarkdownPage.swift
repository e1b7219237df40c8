import TestSupport
import Testing

/// A page of the documentation, taken apart as far as tests of it need.
struct MarkdownPage: Sendable {
    /// A fenced block.
    struct Block: Sendable, CustomTestStringConvertible {
        /// The page, seen from the package's root.
        var page: String
        /// Where its text begins.
        var line: Int
        /// `yaml`, `sh` …
        var language: String
        /// What `file=` says.
        var file: String?
        var text: String

        var testDescription: String { "\(page):\(line)" }
    }

    let path: String
    let text: String
    private(set) var blocks: [Block] = []
    /// Everything outside of fenced blocks.
    private(set) var prose = ""

    /// Reads a page; `path` is seen from the package's root.
    init(_ path: String) {
        self.path = path
        text = TemporaryFolder.text(of: Surroundings.root + "/" + path)
        var open: Block?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if let fence = line.firstRange(of: "```"), fence.lowerBound == line.startIndex {
                if let block = open {
                    blocks.append(block)
                    open = nil
                } else {
                    let words = line.dropFirst(3).split(separator: " ").map(String.init)
                    let file = words.first { $0.hasPrefix("file=") }.map { String($0.dropFirst(5)) }
                    open = Block(page: path, line: index + 2, language: words.first ?? "", file: file, text: "")
                }
            } else if open != nil {
                open?.text += line + "\n"
            } else {
                prose += line + "\n"
            }
        }
    }

    /// The targets of links that lead to files, as written.
    var links: [String] {
        prose.matches(of: #/\]\(([^)\s]+)\)/#).map { String($0.output.1) }.filter { !$0.contains("://") }
    }

    /// The anchors of its headings, as GitHub makes them.
    var anchors: Set<String> {
        Set(
            prose.split(separator: "\n").filter { $0.hasPrefix("#") }.map { heading in
                let title = heading.drop { $0 == "#" || $0 == " " }.lowercased()
                return String(
                    title.compactMap { character -> Character? in
                        if character == " " { return "-" }
                        return character.isLetter || character.isNumber || "-_".contains(character) ? character : nil
                    })
            })
    }

    /// All pages that people read.
    static var all: [MarkdownPage] {
        let root = Surroundings.root
        var paths = TemporaryFolder.names(in: root).filter { $0.hasSuffix(".md") }
        var folders = ["docs"]
        while let folder = folders.popLast() {
            for name in TemporaryFolder.names(in: "\(root)/\(folder)") {
                if name.hasSuffix(".md") { paths.append("\(folder)/\(name)") }
                if !name.contains(".") { folders.append("\(folder)/\(name)") }
            }
        }
        return paths.sorted().map(MarkdownPage.init)
    }
}
