import Alerts
import Base
import TimeSeries

/// Where the effects of rules go; the daemon carries them out.
public protocol RulerSink: Sendable {
    /// Makes transitions of alerts durable, before any of their effects; a failure is the sink's to report.
    func persist(_ changes: AlertStateChanges) async
    /// Hands alerts on: firing ones with the end until which they are valid, ended ones with their end.
    func send(_ alerts: [PostedAlert]) async
    /// Takes recorded samples on their way to `remote_write`.
    func record(_ samples: [RecordedSample]) async
    /// Notes what an evaluation cost.
    func observe(_ observation: EvaluationObservation)
}

/// What one evaluation was: for metrics and logs.
public enum EvaluationObservation: Sendable {
    /// - Parameter gaveNothing: Whether there is no result: samples that another rule's contradict are an error as well, but
    ///   no failed evaluation.
    case rule(
        RuleIdentity, name: String, duration: Duration, samples: Int, error: String?, gaveNothing: Bool)
    /// The result may be wrong, as the source or the evaluation says: a part of the data is missing, for example. None: the
    /// last evaluation was warned of, this one no longer is.
    case warned(RuleIdentity, name: String, warnings: [String])
    case group(file: String, name: String, duration: Duration, missed: Int, at: Timestamp)
}
