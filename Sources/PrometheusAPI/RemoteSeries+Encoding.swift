import TimeSeries

extension ProtobufWriter {
    /// Writes a TimeSeries message.
    ///
    /// - Source: prometheus/prometheus prompb/types.proto.
    mutating func series(_ field: Int, _ series: Series) {
        message(field) { writer in
            writer.labels(1, series.labels)
            for index in series.timestamps.indices {
                switch series.sample(at: index) {
                case .float(let value):
                    writer.message(2) { writer in
                        writer.double(1, value)
                        writer.signed(2, series.timestamps[index])
                    }
                case .histogram(let histogram): writer.histogram(4, histogram, at: series.timestamps[index])
                }
            }
        }
    }

    /// Writes a TimeSeries message of version 2, its labels as places in the table of texts.
    mutating func series2(_ field: Int, _ series: Series, labels: [UInt64]) {
        message(field) { writer in
            writer.varints(1, labels)
            for index in series.timestamps.indices {
                switch series.sample(at: index) {
                case .float(let value):
                    writer.message(2) { writer in
                        writer.double(1, value)
                        writer.signed(2, series.timestamps[index])
                    }
                case .histogram(let histogram): writer.histogram(3, histogram, at: series.timestamps[index])
                }
            }
        }
    }

    private mutating func labels(_ field: Int, _ labels: Labels) {
        labels.forEachUTF8 { name, value in
            message(field) { writer in
                writer.data(1, name)
                writer.data(2, value)
            }
        }
    }

    private mutating func histogram(_ field: Int, _ histogram: FloatHistogram, at timestamp: Int64) {
        message(field) { writer in
            writer.double(2, histogram.count)
            writer.double(3, histogram.sum)
            writer.zigzag(4, Int64(histogram.schema))
            writer.double(5, histogram.zeroThreshold)
            writer.double(7, histogram.zeroCount)
            for span in histogram.negativeSpans { writer.span(8, span) }
            writer.doubles(10, histogram.negativeBuckets)
            for span in histogram.positiveSpans { writer.span(11, span) }
            writer.doubles(13, histogram.positiveBuckets)
            writer.varint(14, UInt64(histogram.counterResetHint.rawValue))
            writer.signed(15, timestamp)
            writer.doubles(16, histogram.customValues)
        }
    }

    private mutating func span(_ field: Int, _ span: FloatHistogram.Span) {
        message(field) { writer in
            writer.zigzag(1, Int64(span.offset))
            writer.varint(2, UInt64(span.length))
        }
    }
}
