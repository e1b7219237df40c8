import HTTPTransport
import Testing

@Suite("Retry-After")
struct RetryAfterTests {
    @Test(
        "is seconds, or a date that counts from the answer's own",
        arguments: [
            ("120", nil, Duration.seconds(120)), ("0", nil, .zero), (" 7 ", nil, .seconds(7)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:07 GMT", .seconds(30)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 09:49:07 GMT", .zero),
            ("Sun, 06 Nov 1994 08:49:37 GMT", nil, nil), ("soon", "Sun, 06 Nov 1994 09:49:07 GMT", nil),
            ("-3", nil, nil),
            ("99999999999", nil, .seconds(86_400)),
        ] as [(String, String?, Duration?)])
    func read(_ value: String, _ date: String?, _ expected: Duration?) {
        var headers = [HTTPHeader("retry-after", value)]
        if let date { headers.append(HTTPHeader("date", date)) }
        #expect(HTTPResponse(status: 503, headers: headers).retryAfter == expected)
    }

    @Test func mayBeAbsent() { #expect(HTTPResponse(status: 503).retryAfter == nil) }
}
