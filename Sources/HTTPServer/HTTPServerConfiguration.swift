import Base

/// Where a server listens and what it bears.
public struct HTTPServerConfiguration: Sendable {
    /// A name or a numeric address of either family, brackets allowed; empty means every address of the machine.
    public var host = "127.0.0.1"
    /// 0 lets the system choose a free one; see ``HTTPServer/port``.
    public var port = 0
    /// A longer body is answered with 413. Bytes.
    public var maximumBodyBytes = 16 << 20
    /// All bodies held at once; a request that would exceed it is answered with 503. Bytes.
    public var maximumBufferedBytes = 96 << 20
    /// Connections held at once, cut to what the process' limit of open files bears. When nearly all are taken, those
    /// that have waited longest without a request are closed.
    public var maximumConnections = 4096
    /// Connections from one address; 0 is no limit.
    public var maximumConnectionsPerAddress = 0
    /// Request line, headers and buffers of one connection: what does not fit is refused. Bytes.
    public var connectionMemory = 64 << 10
    /// From the first line of a request (or the opening of the connection) to its last byte; then it is closed.
    public var requestTimeout: Duration = .seconds(30)
    /// Between two requests on one connection.
    public var idleTimeout: Duration = .seconds(90)
    /// For taking an answer in; event streams have none.
    public var responseTimeout: Duration = .seconds(120)
    /// How often an idle event stream gets a comment, which finds out clients that have gone.
    public var eventHeartbeat: Duration = .seconds(15)
    /// Makes the server speak TLS only; nil for plain HTTP.
    public var tls: HTTPServerTLS?
    /// Takes the messages of the library below, one line each; nothing is written elsewhere.
    public var log: (@Sendable (String) -> Void)?

    /// Loopback, a free port, limits as documented at each property.
    public init() {}

    /// The same on `host` and `port`.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}
