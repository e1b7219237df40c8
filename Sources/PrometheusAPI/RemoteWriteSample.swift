import Base
import TimeSeries

/// One sample on its way to a `remote_write` target.
public struct RemoteWriteSample: Sendable, Equatable {
    /// The series as it leaves: external labels added, relabelled.
    public var labels: Labels
    /// When.
    public var timestamp: Timestamp
    /// What.
    public var value: SampleValue

    /// A sample.
    public init(labels: Labels, timestamp: Timestamp, value: SampleValue) {
        self.labels = labels
        self.timestamp = timestamp
        self.value = value
    }
}

extension [RemoteWriteSample] {
    /// The samples by series, in the order in which each series first appears; a sample that is not newer than the one
    /// before it begins its series once more, for the receiver to judge.
    public var series: [Series] {
        var all: [Series] = []
        var places: [Labels: Int] = [:]
        for sample in self {
            let time = sample.timestamp.milliseconds
            if let place = places[sample.labels], let last = all[place].timestamps.last, last < time {
                all[place].append(sample.value, at: time)
                continue
            }
            var series = Series(labels: sample.labels)
            series.append(sample.value, at: time)
            places[sample.labels] = all.count
            all.append(series)
        }
        return all
    }
}
