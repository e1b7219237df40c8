import Base

/// A function or method that templates call.
public struct TemplateFunction: Sendable {
    /// Types of the fixed parameters.
    public var parameters: [TemplateType]
    /// Type of the parameters that may follow any number of times.
    public var variadic: TemplateType?
    /// Set for `and` (false) and `or` (true), which stop at the first argument of this truth.
    var shortCircuit: Bool?
    /// Computes the result.
    public var body: @Sendable (inout FunctionCall) throws(FunctionFailure) -> TemplateValue

    /// A function; arguments are counted and their types checked before `body` runs.
    public init(
        _ parameters: [TemplateType] = [], variadic: TemplateType? = nil,
        _ body: @escaping @Sendable (inout FunctionCall) throws(FunctionFailure) -> TemplateValue
    ) {
        self.parameters = parameters
        self.variadic = variadic
        self.body = body
    }
}

/// The arguments of one call and what surrounds it.
public struct FunctionCall {
    /// As many as the function has parameters, of their types.
    public var arguments: [TemplateValue]
    /// Time, address and answers of this execution.
    public var environment: TemplateEnvironment { execution.environment }
    /// The run that calls.
    let execution: Execution

    /// Bound on texts computed.
    var outputBytes: Int { execution.limits.outputBytes }

    /// Runs another template of the set; for functions like `tmpl`.
    func render(_ name: String, _ data: TemplateValue) throws(FunctionFailure) -> String {
        try execution.render(name, data)
    }

    /// The text of an argument, empty when it is none.
    public func string(_ index: Int) -> String { arguments[index].textual ?? "" }

    /// The number of an argument, 0 when it is none.
    public func int(_ index: Int) -> Int64 { if case .int(let value) = arguments[index] { value } else { 0 } }

    /// The elements of an argument, none for nil.
    public func elements(_ index: Int) -> [TemplateValue] {
        if case .list(let list) = arguments[index] { list.elements } else { [] }
    }
}

/// Why a function gave no result.
public enum FunctionFailure: Error, Sendable {
    /// It returned an error; shown as `error calling NAME: …`.
    case error(String)
    /// `call` was given a value of this type, which is no function.
    case notCallable(type: String)
    /// The answer to this query is not at hand.
    case needs(query: String)
    /// A bound was reached; the whole message.
    case stopped(String)
    /// A template run inside failed; the message is passed on.
    case nested(TemplateError)
}

/// What an execution may know besides its data.
public struct TemplateEnvironment: Sendable {
    /// What `now` gives, and the instant of queries.
    public var now: ZonedTime
    /// The address under which the program is reached from outside.
    public var externalURL: String
    /// Answers to queries that are already known, by query text.
    public var answers: [String: QueryAnswer]
    /// The zone that Go calls Local.
    public var localZone: TimeZoneRules
    /// What becomes of values that actions print; text outside of actions stays.
    public var escaping = Escaping.none
    /// What the function `routeLabels` gives by name.
    public var routeLabels: [String: String] = [:]

    /// What becomes of values that actions print.
    public enum Escaping: Sendable {
        case none
        /// `&`, `<` and `>` as Slack wants them; what `slackEscape` and `safeHtml` gave is not escaped again.
        case slack
    }

    /// An environment; without a zone, Local is UTC.
    public init(
        now: ZonedTime = ZonedTime(unixSeconds: 0), externalURL: String = "", answers: [String: QueryAnswer] = [:],
        localZone: TimeZoneRules = .utc
    ) {
        self.now = now
        self.externalURL = externalURL
        self.answers = answers
        self.localZone = localZone
    }
}

/// What a query gave.
public enum QueryAnswer: Sendable {
    /// The samples of an instant vector, or the one of a scalar, without labels.
    case samples([QuerySample])
    /// The message of its error.
    case failure(String)
}

/// One sample of a query's answer.
public struct QuerySample: Sendable {
    /// Its labels, the metric name among them.
    public var labels: [String: String]
    /// Its value: a number, or a histogram as templates see it.
    public var value: TemplateValue

    /// A sample.
    public init(labels: [String: String], value: Double) { self.init(labels: labels, value: .float(value)) }

    /// A sample of any value.
    public init(labels: [String: String], value: TemplateValue) {
        self.labels = labels
        self.value = value
    }
}
