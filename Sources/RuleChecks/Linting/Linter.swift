import Base
import PrometheusAPI
import RuleFiles
import YAML

/// Runs the checks over the rule files of one run: file by file, in the end across all of them.
struct Linter {
    fileprivate struct File {
        var configuration: LintConfiguration
        var suppressions: Suppressions
    }

    private var files: [String: File] = [:]
    private var catalogue = RuleCatalogue()
    private let onlyChecks: Set<String>?
    private let keepsRules: Bool
    /// The rules that a server is to be asked about.
    private var rules: [RuleContext] = []

    /// - Parameters:
    ///   - only: The checks to run; nil for all that the configuration switches on.
    ///   - keepsRules: Whether a server will be asked in the end.
    init(only: Set<String>? = nil, keepsRules: Bool = false) {
        onlyChecks = only
        self.keepsRules = keepsRules
    }

    /// A file whose groups come one by one.
    struct Reading {
        fileprivate var name: String
        fileprivate var file: File
        fileprivate var checks: [any RuleCheck]
        fileprivate var found: [Finding] = []
        fileprivate var groups: Int
        fileprivate var entries: Int
        fileprivate var rules: Int
        /// Alerting rules so far.
        var alerting = 0
        /// Recording rules so far.
        var recording = 0
    }

    /// Begins a file; its groups follow with ``take(_:_:)``.
    func begin(_ document: YAMLDocument, name: String, _ configuration: LintConfiguration) -> Reading {
        let checks = RuleCheckRegistry.all.filter { isOn(type(of: $0).description, configuration) }
        var reading = Reading(
            name: name, file: File(configuration: configuration, suppressions: Suppressions(document)), checks: checks,
            groups: catalogue.groups.count, entries: catalogue.entries.count, rules: rules.count)
        let context = FileContext(document: document, configuration: configuration)
        for check in checks { reading.found += check.findings(in: context) }
        return reading
    }

    /// Looks at a group of the file.
    mutating func take(_ group: RuleGroup, _ reading: inout Reading) {
        let configuration = reading.file.configuration
        catalogue.begin(group, configuration)
        for check in reading.checks { reading.found += check.findings(in: group, configuration) }
        for rule in group.rules {
            if rule.isAlerting { reading.alerting += 1 } else { reading.recording += 1 }
            reading.file.suppressions.add(rule)
            let context = RuleContext(rule: rule, group: group, configuration: configuration)
            for check in reading.checks { reading.found += check.findings(in: context) }
            catalogue.add(context)
            if keepsRules { rules.append(context) }
        }
    }

    /// What the checks say about the file, by place, without what its comments switch off.
    mutating func finish(_ reading: Reading) -> [Finding] {
        files[reading.name] = reading.file
        return Self.kept(reading.found, reading.file).sortedByPlace()
    }

    /// Forgets a file that was refused in the end.
    mutating func refuse(_ reading: Reading) {
        catalogue.forget(groups: reading.groups, entries: reading.entries)
        rules.removeLast(rules.count - reading.rules)
    }

    /// What the checks say about the files together; to be asked when all were given.
    func findingsAcross() -> [Finding] {
        var found: [Finding] = []
        for check in RuleCheckRegistry.all { found += check.findings(across: catalogue) }
        return wanted(found)
    }

    /// Those of findings that their files' configurations and comments let through.
    private func wanted(_ findings: [Finding]) -> [Finding] {
        findings.compactMap { finding in
            guard let file = finding.diagnostic.position?.file, let own = files[file],
                let check = finding.diagnostic.check.flatMap(RuleCheckRegistry.description(of:)),
                isOn(check, own.configuration)
            else { return nil }
            return Self.kept([finding], own).first
        }
    }

    private func isOn(_ check: CheckDescription, _ configuration: LintConfiguration) -> Bool {
        if let onlyChecks { return onlyChecks.contains(check.name) }
        return configuration.isOn(check)
    }

    private static func kept(_ findings: [Finding], _ file: File) -> [Finding] {
        findings.compactMap { finding in
            if file.suppressions.covers(finding.diagnostic) { return nil }
            guard let name = finding.diagnostic.check, let check = RuleCheckRegistry.description(of: name) else {
                return finding
            }
            var copy = finding
            copy.diagnostic.severity = file.configuration.severity(of: check)
            return copy
        }
    }
}

// MARK: - Asking a server

extension Linter {
    /// Questions about how many rules are open at the same time.
    private static let concurrency = 8

    /// What a server makes of the rules, and why it was not asked to the end; rules come in no particular order.
    func findings(
        asking server: AskedServer, _ progress: CheckOptions.Progress?
    ) async -> (findings: [Finding], failure: PrometheusError?) {
        let recorded = Set(catalogue.recorders.keys)
        var found: [Finding] = []
        var failure: PrometheusError?
        await withTaskGroup(of: Result<[Finding], PrometheusError>.self) { group in
            var next = 0
            var done = 0
            func startNext() {
                guard next < rules.count, failure == nil else { return }
                let rule = RuleContext(rules[next], recorded: recorded)
                let checks = RuleCheckRegistry.online.filter { isOn(type(of: $0).description, rule.configuration) }
                next += 1
                group.addTask { await Self.ask(server, about: rule, checks) }
            }
            for _ in 0..<Self.concurrency { startNext() }
            while let result = await group.next() {
                done += 1
                progress?(done, rules.count, "rules at the server")
                switch result {
                case .success(let findings): found += findings
                case .failure(let error): failure = failure ?? error
                }
                startNext()
            }
        }
        if failure == nil {
            for check in RuleCheckRegistry.online {
                do throws(PrometheusError) { found += try await check.findings(across: catalogue, server) } catch {
                    failure = error
                    break
                }
            }
        }
        return (wanted(found), failure)
    }

    private static func ask(
        _ server: AskedServer, about rule: RuleContext, _ checks: [any OnlineCheck]
    ) async -> Result<[Finding], PrometheusError> {
        var found: [Finding] = []
        for check in checks {
            do throws(PrometheusError) { found += try await check.findings(in: rule, server) } catch {
                // A question that was understood and refused concerns this rule only; query-cost tells it.
                if case .refused = error.kind { continue }
                return .failure(error)
            }
        }
        return .success(found)
    }
}

extension [Finding] {
    /// By line and column; equal places in the order found.
    func sortedByPlace() -> [Finding] {
        enumerated().sorted { left, right in
            let leftPlace = left.element.diagnostic.position
            let rightPlace = right.element.diagnostic.position
            let leftKey = (leftPlace?.line ?? 0, leftPlace?.column ?? 0, left.offset)
            let rightKey = (rightPlace?.line ?? 0, rightPlace?.column ?? 0, right.offset)
            return leftKey < rightKey
        }.map(\.element)
    }
}
