/// How the demo runs.
public struct DemoSettings: Sendable {
    /// Where deliveries go.
    public enum Sink: String, Sendable, CaseIterable {
        case slack, mail, webhook
    }

    /// Address of the HTTP surface.
    public var host: String
    /// Its port.
    public var port: Int
    /// One cycle, then the end.
    public var isOnce = false
    /// The sink that refuses everything.
    public var broken: Sink?
    /// Seconds of the demo per second of the room.
    public var speed = 20.0

    /// A demo on this address.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}
