import Base
import GoTemplate

// A libFuzzer target for lexer, parser, runner and HTML escaper of templates. It is no part of the package's default
// build: scripts/fuzz compiles it with `-sanitize=fuzzer -parse-as-library` against the modules.

/// Reads the input as a template of rules, of notifications and of HTML, checks it and runs it under small bounds.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTemplates(_ bytes: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: bytes, count: size), as: UTF8.self)
    var limits = TemplateLimits()
    limits.outputBytes = 1 << 16
    limits.steps = 5000
    runAsRule(text, limits)
    do throws(TemplateError) {
        let set = try TemplateSet(name: "t", text: text, functions: .alertmanager)
        check(set.problems, in: text)
        for name in set.names {
            check(set.execute(name, data: notification, environment: environment, limits: limits), limits, in: text)
            check(set.executeHTML(name, data: notification, environment: environment, limits: limits), limits, in: text)
        }
    } catch { check([error], in: text) }
    return 0
}

private let environment = TemplateEnvironment(now: ZonedTime(unixSeconds: 1_767_326_645))

private let notification: TemplateValue = {
    var data = NotificationData()
    data.status = "firing"
    data.groupLabels = ["alertname": "</script>'\"", "job": "{{ . }}"]
    data.commonLabels = data.groupLabels
    data.alerts = [
        NotificationData.Alert(
            status: "firing", labels: data.groupLabels, annotations: ["a": "é"],
            startsAt: ZonedTime(unixSeconds: 1_767_323_045, nanoseconds: 5))
    ]
    return data.value
}()

private func runAsRule(_ text: String, _ limits: TemplateLimits) {
    do throws(TemplateError) {
        let template = try RuleTemplate(alert: "A", text: text)
        check(template.problems, in: text)
        _ = template.references
        let data = RuleTemplate.Data(labels: ["job": "j&b", "instance": "a.b:90"], value: 1234.5)
        var answers: [String: QueryAnswer] = [:]
        for _ in 0..<4 {
            let outcome = template.expand(data, at: .zero, answers: answers, limits: limits)
            guard case .needs(let query, _) = outcome else { return check(outcome, limits, in: text) }
            precondition(answers[query] == nil, "asked twice: \(query)")
            answers[query] = .samples([QuerySample(labels: ["l": "b", "__value__": "x"], value: 2)])
        }
    } catch { check([error], in: text) }
}

private func check(_ outcome: TemplateOutcome, _ limits: TemplateLimits, in text: String) {
    switch outcome {
    case .text(let output): precondition(output.utf8.count <= limits.outputBytes)
    case .failed(let error, _): check([error], in: text)
    case .needs: break
    }
}

/// Errors have a message, and places inside the text.
private func check(_ errors: [TemplateError], in text: String) {
    let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).count
    for error in errors {
        precondition(!error.message.isEmpty && !error.reason.isEmpty)
        guard let position = error.position else { continue }
        precondition((1...lines).contains(position.line) && position.column >= 1, "\(position) of \(lines) lines")
    }
}
