import HTTPTransport

extension CommandTable {
    static let health = Command(
        name: "health", operands: "", summary: "Ask a running daemon whether it is ready; exit 0 when it is.",
        options: DaemonClient.options, example: "ruleval health --url http://127.0.0.1:9595"
    ) { arguments, _ in
        let answer = try await DaemonClient(arguments).ask("/-/ready")
        Terminal.out(answer.text() + (answer.text().hasSuffix("\n") ? "" : "\n"))
        return answer.isSuccess ? ExitStatus.clean : ExitStatus.problems
    }
}
