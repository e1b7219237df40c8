import Base
internal import CCurl

extension CurlTransfer {
    /// Sets what one mail needs.
    func setUp(_ message: [UInt8], _ envelope: MailEnvelope, _ server: SMTPServer) {
        handle.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        handle.set(CURLOPT_PROXY, "")
        let scheme = server.security == .implicit ? "smtps" : "smtp"
        let bare = server.host.contains(":") && !server.host.hasPrefix("[") ? "[\(server.host)]" : server.host
        var host = bare
        if let name = server.tls.serverName, !name.isEmpty, server.security != .none {
            host = name
            setLines(CURLOPT_CONNECT_TO, CurlLines(["\(name):\(server.port):\(bare):\(server.port)"]))
        }
        let hello = PercentEncoding.component(server.helloName)
        handle.set(CURLOPT_URL, "\(scheme)://\(host):\(server.port)/\(hello)")
        if server.security != .none { handle.set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }
        handle.set(CURLOPT_FRESH_CONNECT, 1)
        handle.set(CURLOPT_FORBID_REUSE, 1)
        // Also bounds the wait for the answer to QUIT, which happens after the mail has been taken.
        handle.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, max(1, Int(server.timeout.seconds)))
        handle.set(CURLOPT_CONNECTTIMEOUT_MS, Int(clamping: max(1, server.timeout.milliseconds)))
        if let login = server.login { setLogin(login) }
        handle.set(CURLOPT_MAIL_FROM, "<\(envelope.sender)>")
        setLines(CURLOPT_MAIL_RCPT, CurlLines(envelope.recipients.map { "<\($0)>" }))
        setUpload(Self.withCRLF(message))
    }

    private func setLogin(_ login: SMTPServer.Login) {
        handle.set(CURLOPT_USERNAME, login.username)
        let secret = login.password ?? login.cramSecret ?? Secret("")
        handle.set(CURLOPT_PASSWORD, secret.reveal())
        if !login.identity.isEmpty { handle.set(CURLOPT_SASL_AUTHZID, login.identity) }
        var mechanisms: [String] = []
        if login.cramSecret == secret { mechanisms.append("AUTH=CRAM-MD5") }
        if login.password != nil { mechanisms += ["AUTH=PLAIN", "AUTH=LOGIN"] }
        handle.set(CURLOPT_LOGIN_OPTIONS, mechanisms.joined(separator: ";"))
    }

    private static func withCRLF(_ message: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(message.count + message.count / 40)
        var before: UInt8 = 0
        for byte in message {
            if byte == 0x0A, before != 0x0D { out.append(0x0D) }
            out.append(byte)
            before = byte
        }
        return out
    }
}
