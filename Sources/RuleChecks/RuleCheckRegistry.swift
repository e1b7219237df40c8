import Base

/// Every check there is.
public enum RuleCheckRegistry {
    /// In the order in which they are documented and run.
    public static let all: [any RuleCheck] = expressions + alerts + files + houseStyle + asking

    /// What an expression says.
    private static let expressions: [any RuleCheck] = [
        IdenticalOperandsCheck(), ConstantComparisonCheck(), AlwaysPresentCheck(), ImpossibleMatchCheck(),
        DroppedLabelCheck(), HistogramQuantileLabelCheck(), AggregationInRateCheck(), RateOfGaugeCheck(),
        DeltaOfCounterCheck(), ShortRangeCheck(), RegexLiteralCheck(), RegexMatchesEmptyCheck(), ZeroLimitCheck(),
        UnitMismatchCheck(),
    ]

    /// What an alert does.
    private static let alerts: [any RuleCheck] = [
        AlertWithoutConditionCheck(), IrateInAlertCheck(), ForBelowIntervalCheck(), TemplateLabelCheck(),
        RunbookURLCheck(), SecretInAnnotationCheck(),
    ]

    /// What rules do together.
    private static let files: [any RuleCheck] = [
        DuplicateRulesCheck(), RecordedLaterCheck(), RecordedElsewhereCheck(), ZeroTrafficCheck(),
        ClashingSeverityCheck(), MultipleDocumentsCheck(), UnknownIgnoreCheck(),
    ]

    /// What houses agree on.
    private static let houseStyle: [any RuleCheck] = [
        SeverityLabelCheck(), SummaryAnnotationCheck(), RunbookAnnotationCheck(), RequiredLabelsCheck(),
        RequiredAnnotationsCheck(), NamingCheck(), RecordingNameCheck(), CounterNameCheck(),
    ]

    /// What a server knows.
    private static let asking: [any RuleCheck] = [
        SeriesMissingCheck(), LabelMissingCheck(), MetricTypeCheck(), ScrapeIntervalCheck(), QueryCostCheck(),
        AlertsNowCheck(),
        UnusedRecordingCheck(),
    ]

    /// Their descriptions.
    public static let descriptions: [CheckDescription] = all.map { type(of: $0).description }

    /// The check called `name`.
    public static func description(of name: String) -> CheckDescription? { byName[name] }

    private static let byName = Dictionary(descriptions.map { ($0.name, $0) }) { first, _ in first }
}
