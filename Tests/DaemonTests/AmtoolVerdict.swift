import TestSupport

/// What the real `amtool check-config` says of configurations.
struct AmtoolVerdict {
    private let program: String
    private let folder: TemporaryFolder

    /// nil, with a loud line, without peers.
    init?() throws {
        guard let program = Surroundings.peer("amtool") else { return nil }
        self.program = program
        folder = try TemporaryFolder()
    }

    /// Whether each text is accepted; nil where the program crashed over one.
    func accepts(_ texts: [String]) async throws -> [Bool?] {
        var verdicts = [Bool?](repeating: nil, count: texts.count)
        for start in stride(from: 0, to: texts.count, by: 50) {
            let batch = start..<min(start + 50, texts.count)
            let paths = try batch.map { try folder.write("\($0).yml", texts[$0]) }
            let output = try await run(paths)
            let parts = output.components(separatedBy: "Checking '").dropFirst()
            for (index, part) in zip(batch, parts) {
                // A crash leaves the rest of the batch without a word.
                if part.contains("SUCCESS") || part.contains("FAILED") { verdicts[index] = !part.contains("FAILED") }
            }
        }
        return verdicts
    }

    private func run(_ paths: [String]) async throws -> String {
        let process = try ChildProcess(program, ["check-config"] + paths, folder: folder)
        _ = await process.waitForExit(within: .seconds(60))
        return process.output
    }
}

extension String {
    /// The pieces between `separator`.
    func components(separatedBy separator: String) -> [String] {
        var pieces: [String] = []
        var rest = Substring(self)
        while let range = rest.firstRange(of: separator) {
            pieces.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return pieces + [String(rest)]
    }
}
