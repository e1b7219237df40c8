/// What this build calls itself.
public enum Version {
    /// The release, as in CHANGELOG.md.
    public static let number = "0.1.0"
    /// The name and release sent as User-Agent.
    public static let userAgent = "ruleval/\(number)"
}
