/// Waits, without a clock, until the task is cancelled: work that never ends by itself.
public func untilCancelled() async {
    let (stream, continuation) = AsyncStream<Never>.makeStream()
    for await _ in stream {}
    continuation.finish()
}
