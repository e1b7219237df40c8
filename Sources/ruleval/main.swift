import Daemon

// Synchronous on purpose: the main thread belongs to sigwait; see Daemon.Signals.
Signals.run { signals in
    await CommandLine.run(Array(CommandLine.arguments.dropFirst()), signals: signals)
}
