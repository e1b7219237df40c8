import GoTemplate
import TimeSeries

extension TemplateValue {
    /// A sample's value as the templates of an alert see it: a number, or a native histogram with its fields.
    public static func sample(_ value: SampleValue) -> TemplateValue {
        switch value {
        case .float(let float): .float(float)
        case .histogram(let histogram): .object(HistogramObject(histogram: histogram))
        }
    }
}

/// A native histogram in templates.
///
/// - Source: prometheus/prometheus template/template.go, AlertTemplateData; model/histogram, FloatHistogram.
private struct HistogramObject: TemplateObject {
    let histogram: FloatHistogram

    var type: TemplateType { TemplateType("*histogram.FloatHistogram", .pointer) }
    var text: String? { histogram.description }
    func method(_ name: String) -> TemplateFunction? {
        guard name == "String" else { return nil }
        let shown = histogram.description
        return TemplateFunction { _ in .string(shown) }
    }
    var fields: [TemplateField] {
        [
            TemplateField("Schema", .int(Int64(histogram.schema))),
            TemplateField("ZeroThreshold", .float(histogram.zeroThreshold)),
            TemplateField("ZeroCount", .float(histogram.zeroCount)), TemplateField("Count", .float(histogram.count)),
            TemplateField("Sum", .float(histogram.sum)),
        ]
    }
}
