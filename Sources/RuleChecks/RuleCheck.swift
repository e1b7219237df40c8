import Base
import RuleFiles
import YAML

/// A lint: something that a careful colleague would say about a rule that Prometheus accepts.
///
/// One type and one file a check; ``RuleCheckRegistry`` lists them all.
public protocol RuleCheck: Sendable {
    /// Its name, its page and its examples.
    static var description: CheckDescription { get }
    /// What is wrong with one rule.
    func findings(in rule: RuleContext) -> [Finding]
    /// What is wrong with a file as a whole.
    func findings(in file: FileContext) -> [Finding]
    /// What is wrong with a group as a whole.
    func findings(in group: RuleGroup, _ configuration: LintConfiguration) -> [Finding]
    /// What is wrong between the files of one run.
    func findings(across catalogue: RuleCatalogue) -> [Finding]
}

extension RuleCheck {
    /// Nothing.
    public func findings(in rule: RuleContext) -> [Finding] { [] }

    /// Nothing.
    public func findings(in file: FileContext) -> [Finding] { [] }

    /// Nothing.
    public func findings(in group: RuleGroup, _ configuration: LintConfiguration) -> [Finding] { [] }

    /// Nothing.
    public func findings(across catalogue: RuleCatalogue) -> [Finding] { [] }

    /// The check's name.
    static var name: String { description.name }

    /// Something found; its severity is set by whoever runs the checks.
    func finding(
        _ message: String, at position: SourcePosition?, hint: String? = nil, fix: [TextEdit] = []
    ) -> Finding {
        Finding(Diagnostic(message, at: position, severity: .warning, check: Self.name, hint: hint), fix: fix)
    }
}

/// A file and how it is to be checked.
public struct FileContext: Sendable {
    /// What was read.
    public let document: YAMLDocument
    /// What holds in its folder.
    public let configuration: LintConfiguration
}
