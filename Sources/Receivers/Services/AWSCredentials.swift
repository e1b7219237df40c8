import Base
internal import Glibc
import HTTPTransport
import Settings
import YAML

/// A section `sigv4`: who asks at Amazon.
///
/// - Source: prometheus/sigv4, SigV4Config.
public struct AWSCredentials: Sendable {
    /// The region; empty for that of the environment.
    public var region = ""
    /// The key's name; empty for that of the environment.
    public var accessKey: Secret = Secret("")
    /// The key.
    public var secretKey: SecretSource?
    /// A section of the credentials file; empty for the environment.
    public var profile = ""

    /// Those of the environment.
    public init() {}

    init(_ reader: YAMLMappingReader, _ context: SettingsContext) {
        region = reader.string("region") ?? ""
        accessKey = Secret(reader.string("access_key") ?? "")
        secretKey = reader.credential("secret_key", context)
        profile = reader.string("profile") ?? ""
        let role = reader.string("role_arn") ?? ""
        if reader.string("external_id")?.isEmpty == false, role.isEmpty {
            context.decoding.report("external_id can only be used with role_arn", at: reader.node)
        }
        if !role.isEmpty {
            context.refuse("role_arn", in: reader, "give the keys of a user that may publish, or a profile")
        }
        if reader.string("service_name")?.isEmpty == false {
            context.refuse("service_name", in: reader, "requests are signed for sns")
        }
        _ = reader.bool("use_fips_sts_endpoint")
        reader.finish()
        if accessKey.reveal().isEmpty != (secretKey == nil) {
            context.decoding.report(
                "must provide a AWS SigV4 Access key and Secret Key if credentials are specified in the SigV4 config",
                at: reader.node)
        }
    }

    /// Keys and region that are in force now.
    struct Resolved {
        var region: String
        var accessKey: String
        var secretKey: Secret
        var sessionToken: Secret?
    }

    func resolved() throws(HTTPError) -> Resolved {
        var found = Resolved(
            region: region.isEmpty ? Self.variable("AWS_REGION") ?? Self.variable("AWS_DEFAULT_REGION") ?? "" : region,
            accessKey: accessKey.reveal(), secretKey: Secret(""))
        if let secretKey {
            found.secretKey = try secretKey.read()
        } else if profile.isEmpty, let name = Self.variable("AWS_ACCESS_KEY_ID"),
            let secret = Self.variable("AWS_SECRET_ACCESS_KEY")
        {
            found.accessKey = name
            found.secretKey = Secret(secret)
            found.sessionToken = Self.variable("AWS_SESSION_TOKEN").map { Secret($0) }
        } else {
            try readProfile(&found)
        }
        if found.region.isEmpty {
            throw HTTPError(.credentials, "region not configured in sigv4 or in default credentials chain")
        }
        return found
    }

    /// Reads a section of the credentials file that Amazon's own tools keep.
    private func readProfile(_ found: inout Resolved) throws(HTTPError) {
        let path =
            Self.variable("AWS_SHARED_CREDENTIALS_FILE") ?? (Self.variable("HOME") ?? "/root") + "/.aws/credentials"
        let bytes: [UInt8]
        do throws(Diagnostic) { bytes = try TextFile.read(path, maximumBytes: 1 << 20) } catch {
            throw HTTPError(.credentials, "no AWS credentials: \(error.message)")
        }
        let wanted = profile.isEmpty ? Self.variable("AWS_PROFILE") ?? "default" : profile
        var section = ""
        var values: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let text = String(line).trimmed
            if text.hasPrefix("["), text.hasSuffix("]") {
                section = String(text.dropFirst().dropLast()).trimmed
            } else if section == wanted, let equals = text.firstIndex(of: "=") {
                values[String(text[..<equals]).trimmed] = String(text[text.index(after: equals)...]).trimmed
            }
        }
        guard let name = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] else {
            throw HTTPError(.credentials, "no AWS credentials: profile \(wanted) has no keys in \(path)")
        }
        found.accessKey = name
        found.secretKey = Secret(secret)
        found.sessionToken = values["aws_session_token"].map { Secret($0) }
        if found.region.isEmpty { found.region = values["region"] ?? "" }
    }

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }
}
