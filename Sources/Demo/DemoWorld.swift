import Base
import TimeSeries

/// The services of the demo living on in time, scraped into the embedded store.
struct DemoWorld: Sendable {
    /// How far the services' history reaches back before the demo begins, so that rates have something to look at.
    static let history = Duration.seconds(20 * 60)
    /// Distance of two scrapes.
    static let scrapeInterval = Duration.seconds(15)

    private var services = Services.all()
    private let start: Timestamp
    private var last: Timestamp

    init(start: Timestamp) {
        self.start = start
        last = start - Self.history
    }

    /// The first scrape that is due.
    var nextScrape: Timestamp { last + Self.scrapeInterval }

    /// Everything scraped at ``nextScrape``.
    mutating func scrape() -> [RecordedPoint] {
        let time = nextScrape
        let elapsed = time - last
        last = time
        var points: [RecordedPoint] = []
        for index in services.indices {
            let since = time - start
            services[index].live(for: elapsed, until: time, inTrouble: services[index].incidentTime.contains(since))
            points += services[index].samples.map { RecordedPoint(labels: $0.labels, timestamp: time, value: $0.value) }
        }
        return points
    }

    /// What goes wrong and when, for the screen.
    var script: [(name: String, incident: String, time: Range<Duration>)] {
        services.map { ($0.name, $0.incident, $0.incidentTime) }
    }
}

/// One scraped sample.
struct RecordedPoint: Sendable {
    var labels: Labels
    var timestamp: Timestamp
    var value: Double
}
