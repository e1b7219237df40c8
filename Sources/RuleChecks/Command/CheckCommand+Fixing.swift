import Base
import YAML

extension CheckCommand {
    /// Makes the certain fixes of a file, in the file.
    /// - Returns: How many.
    /// - Throws: Why the file stays as it was.
    static func fix(_ file: CheckReport.File, _ options: CheckOptions) throws(Diagnostic) -> Int {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let original = try TextFile.read(file.name, maximumBytes: YAMLDocument.Limits().bytes)
        let hasMark = original.starts(with: mark)
        let bytes = hasMark ? Array(original.dropFirst(mark.count)) : original
        guard let source = file.source, source.bytes == bytes else {
            throw Diagnostic("\(file.name): not mended: it is not UTF-8, or it has just been changed")
        }
        let mended = TextEdit.apply(file.fixes, to: bytes)
        // Nothing is written that is not still the same rules to us.
        let checked = check(text: String(decoding: mended, as: UTF8.self), name: file.name, options: options)
        guard !checked.hasErrors, checked.count("rules") == file.count("rules") else {
            throw Diagnostic("\(file.name): not mended: the result would not be a rule file")
        }
        try TextFile.replace(file.name, with: (hasMark ? mark : []) + mended)
        return Set(file.fixes).count
    }
}
