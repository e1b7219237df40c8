import Base
import TimeSeries

/// A service of the demo: steady noise, and an incident that begins and ends as scripted.
protocol SimulatedService: Sendable {
    /// What it is called on screen.
    var name: String { get }
    /// What goes wrong, in one line.
    var incident: String { get }
    /// When it goes wrong, in time of the demo since its start.
    var incidentTime: Range<Duration> { get }
    /// What it exposes now.
    var samples: [(labels: Labels, value: Double)] { get }
    /// Lives on for `elapsed` until `time`, in trouble or not.
    mutating func live(for elapsed: Duration, until time: Timestamp, inTrouble: Bool)
}

/// All services of the demo.
enum Services {
    /// In the order of the customers they are modelled on.
    static func all() -> [any SimulatedService] {
        [MemoryGateway(), MemorySystem(), APIProduct(), NodeService()]
    }
}
