internal import Glibc

/// A certificate authority, a server's certificate for localhost and 127.0.0.1, and a client's, made by openssl.
public struct TestCertificates: Sendable {
    /// Where the files are.
    public let folder: TemporaryFolder

    /// Makes them; nil, with a loud line, where there is no openssl.
    public static func make() async throws -> TestCertificates? {
        let program = "/usr/bin/openssl"
        guard access(program, X_OK) == 0 else {
            Surroundings.say("*** SKIPPED: no openssl: install it to test TLS ***")
            return nil
        }
        let made = TestCertificates(folder: try TemporaryFolder())
        let path = made.folder.path
        try made.folder.write("server.ext", "subjectAltName=DNS:localhost,DNS:ruleval.test,IP:127.0.0.1\n")
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        var steps = [
            ["req", "-x509"] + key + [
                "-keyout", "\(path)/ca.key", "-out", "\(path)/ca.pem", "-subj", "/CN=test-ca", "-days", "2",
            ]
        ]
        for (name, extra) in [("server", ["-extfile", "\(path)/server.ext"]), ("client", [])] {
            steps.append(
                ["req"] + key + [
                    "-keyout", "\(path)/\(name).key", "-out", "\(path)/\(name).csr", "-subj", "/CN=\(name)",
                ])
            steps.append(
                [
                    "x509", "-req", "-in", "\(path)/\(name).csr", "-CA", "\(path)/ca.pem", "-CAkey", "\(path)/ca.key",
                    "-CAcreateserial", "-out", "\(path)/\(name).pem", "-days", "2",
                ] + extra)
        }
        for step in steps {
            let result = try await ChildProcess.run(program, step, folder: made.folder)
            guard result.status == 0 else { throw ChildProcessError(path: program, reason: result.error) }
        }
        return made
    }

    /// The path of a file: `ca.pem`, `server.pem`, `server.key`, `client.pem`, `client.key`.
    public func path(_ name: String) -> String { folder.path + "/" + name }

    /// The text of a file.
    public func text(_ name: String) -> String { TemporaryFolder.text(of: path(name)) }
}
