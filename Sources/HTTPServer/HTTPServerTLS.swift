import Base
internal import CMicrohttpd
internal import Glibc

/// What a server speaks when it speaks TLS: its certificate, and which certificates of clients it takes.
public struct HTTPServerTLS: Sendable {
    /// What is asked of clients; Go's names are in the configuration.
    public enum ClientCertificates: Int32, Sendable {
        /// Nothing.
        case none = 0
        /// A certificate, which is not looked at.
        case requested
        /// Any certificate.
        case required
        /// A certificate of ``HTTPServerTLS/clientAuthorities``, or none.
        case verifiedIfGiven
        /// A certificate of ``HTTPServerTLS/clientAuthorities``.
        case verified
    }

    /// The chain in PEM, the server's own certificate first.
    public var certificate: String
    /// Its key in PEM.
    public var privateKey: Secret
    /// In PEM, who may have signed clients' certificates.
    public var clientAuthorities: String?
    /// What is asked of clients.
    public var clientCertificates = ClientCertificates.none
    /// Alternative names of which a verified client must have one; empty: any client.
    public var allowedClientNames: [String] = []
    /// Versions, ciphers and curves as GnuTLS writes them.
    public var priorities = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

    /// TLS 1.2 and 1.3 with this certificate for everybody.
    public init(certificate: String, privateKey: Secret) {
        self.certificate = certificate
        self.privateKey = privateKey
    }
}

/// Settings of TLS in the library's form; freed with the last connection that may use them.
final class LoadedTLS: Sendable {
    private let handle: LibraryHandle

    /// - Throws: ``HTTPServerError/refused(reason:)`` when certificate, key, authorities or priorities are wrong.
    init(_ tls: HTTPServerTLS) throws(HTTPServerError) {
        var reason = [CChar](repeating: 0, count: 256)
        let names = tls.allowedClientNames.map { strdup($0) }
        defer { for name in names { free(name) } }
        let constant = names.map { UnsafePointer($0) }
        let loaded = tls.certificate.withCString { certificate in
            tls.privateKey.reveal().withCString { key in
                withOptionalCString(tls.clientAuthorities) { authorities in
                    tls.priorities.withCString { priorities in
                        constant.withUnsafeBufferPointer { names in
                            var options = cmhd_tls_options()
                            options.certificate = certificate
                            options.private_key = key
                            options.authorities = authorities
                            options.clients = tls.clientCertificates.rawValue
                            options.names = names.baseAddress
                            options.name_count = names.count
                            options.priorities = priorities
                            return cmhd_tls_load(&options, &reason, reason.count)
                        }
                    }
                }
            }
        }
        guard let loaded else {
            let text = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw .refused(reason: String(decoding: text, as: UTF8.self))
        }
        handle = LibraryHandle(pointer: loaded)
    }

    deinit { cmhd_tls_free(handle.pointer) }

    /// Makes a connection that was just accepted speak as these settings say.
    func apply(to connection: LibraryHandle) { _ = cmhd_tls_apply(connection.pointer, handle.pointer) }
}
