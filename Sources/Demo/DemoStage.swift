/// What an alert goes through, in order; the demo is over when each has been seen.
public enum DemoStage: String, CaseIterable, Sendable {
    case evaluated = "rules evaluated"
    case pending = "an alert pending"
    case firing = "an alert firing"
    case grouped = "alerts grouped"
    case slack = "delivered to Slack"
    case mail = "delivered as mail"
    case webhook = "delivered to a webhook"
    case escalated = "escalated, for nobody acknowledged"
    case resolved = "resolved"
}
