import Base
import Receivers

extension DaemonConfiguration {
    /// The defaults and the files that `templates` name.
    /// - Throws: the first file that cannot be read or is no template.
    public func readTemplates() throws(Diagnostics) -> NotificationTemplates {
        do throws(Diagnostic) {
            let paths = try folder.files(matching: dispatch.templates.map(\.name))
            var files: [(path: String, text: String)] = []
            for path in paths {
                files.append((path, String(decoding: try TextFile.read(path, maximumBytes: 4 << 20), as: UTF8.self)))
            }
            return try NotificationTemplates(files: files)
        } catch {
            throw Diagnostics([error])
        }
    }
}
