import Base
@preconcurrency import Glibc
import RuleChecks
import YAML

extension CommandTable {
    static let fmt = Command(
        name: "fmt", operands: "FILE|DIR|GLOB...",
        summary: "Put the expressions of rule files into the pretty form; all else stays byte for byte.",
        options: [.flag("--check", "change nothing; exit 1 and name the files that are not in the pretty form")],
        example: "ruleval fmt --check rules/"
    ) { arguments, _ in
        guard !arguments.operands.isEmpty else { throw UsageError("name files, folders or patterns, or - ") }
        let isCheck = arguments.has("--check")
        var outcome = (changed: 0, refused: 0, failed: 0, seen: 0)
        for operand in arguments.operands {
            let files: [String]
            do throws(Diagnostic) { files = try CheckCommand.files(operand) } catch {
                Terminal.error(error.message)
                outcome.failed += 1
                continue
            }
            for file in files {
                outcome.seen += 1
                do throws(Diagnostics) {
                    if try format(file, isCheck: isCheck) { outcome.changed += 1 }
                } catch {
                    Terminal.error(error.description)
                    outcome.refused += 1
                }
            }
        }
        if !arguments.operands.contains("-") || isCheck {
            let verb = isCheck ? "to be formatted" : "formatted"
            Terminal.out("\(outcome.seen) \(outcome.seen == 1 ? "file" : "files"): \(outcome.changed) \(verb)\n")
        }
        if outcome.failed > 0 { return ExitStatus.failed }
        return outcome.refused > 0 || isCheck && outcome.changed > 0 ? ExitStatus.problems : ExitStatus.clean
    }

    /// Formats one file; whether there was anything to do.
    private static func format(_ file: String, isCheck: Bool) throws(Diagnostics) -> Bool {
        let isInput = file == "-"
        let before: [UInt8]
        do throws(Diagnostic) {
            before = try TextFile.read(isInput ? "/dev/stdin" : file, maximumBytes: YAMLDocument.Limits().bytes)
        } catch { throw Diagnostics([error]) }
        let after = try ExpressionFormatter.format(before, file: isInput ? "standard input" : file)
        if isInput, !isCheck {
            Terminal.out(bytes: after)
            return after != before
        }
        if after == before { return false }
        Terminal.out((isInput ? "standard input" : file) + "\n")
        if isCheck { return true }
        do throws(Diagnostic) { try FileSystem.replace(file, with: after) } catch { throw Diagnostics([error]) }
        return true
    }
}
