import GoTemplate
import QueryEngine

extension QueryValue {
    /// The value as a template's `query` gives it; what is no vector and no scalar is a failure.
    public var templateAnswer: QueryAnswer {
        switch self {
        case .vector(let samples):
            .samples(
                samples.map { sample in
                    let labels = Dictionary(sample.labels.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
                    return QuerySample(labels: labels, value: TemplateValue.sample(sample.value))
                })
        case .scalar(let value, _): .samples([QuerySample(labels: [:], value: value)])
        case .string, .matrix: .failure(RuleFailure.wrongType.description)
        }
    }
}
