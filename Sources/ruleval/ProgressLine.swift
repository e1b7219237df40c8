import Base
@preconcurrency import Glibc
import Synchronization

/// One line on standard error that says how far a long run is; only on a terminal, and only once it took a while.
final class ProgressLine: Sendable {
    private struct State {
        var next: ContinuousClock.Instant
        var isShown = false
    }

    private static let patience = Duration.milliseconds(500)
    private static let pause = Duration.milliseconds(100)
    private let isOn: Bool
    private let state: Mutex<State>

    init() {
        isOn = isatty(STDERR_FILENO) == 1
        state = Mutex(State(next: .now + Self.patience))
    }

    /// Says that item `number` of `count` is being looked at.
    func show(_ number: Int, _ count: Int, _ name: String) {
        guard isOn else { return }
        let text = state.withLock { state -> String? in
            guard ContinuousClock.now >= state.next else { return nil }
            state.next = .now + Self.pause
            state.isShown = true
            return "\r\u{1B}[K\(number) of \(count): \(String(Self.printable(name).suffix(60)))"
        }
        if let text { Terminal.raw(text) }
    }

    /// Takes the line away.
    func end() {
        let wasShown = state.withLock { state in
            defer { state.isShown = false }
            return state.isShown
        }
        if wasShown { Terminal.raw("\r\u{1B}[K") }
    }

    private static func printable(_ name: String) -> String {
        String(String.UnicodeScalarView(name.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "·" : $0 }))
    }
}
