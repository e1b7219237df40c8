import Base

/// Alerts that services, templates and truncation rules may stumble over.
enum OddAlerts: String, CaseIterable, Sendable {
    /// Three alerts with quotes, markup and an empty annotation.
    case few
    /// Markup of every kind, line ends, tabs, control characters, letters outside of ASCII, templates.
    case markup
    /// Fifty alerts.
    case many
    /// Values longer than any service takes, cut inside letters of two, three and four bytes.
    case long
    /// Alerts without annotations and generator.
    case bare

    /// The body of a post: one group by `alertname` and `b`.
    func body(since start: Timestamp) -> String {
        let time = RFC3339.string(start)
        func alert(_ labels: String, _ annotations: String = "", from generator: String = "http://p/g?a=b&c=%3Cd%3E")
            -> String
        {
            #"{"labels":{\#(labels)},"annotations":{\#(annotations)},"generatorURL":"\#(generator)","startsAt":"\#(time)"}"#
        }
        switch self {
        case .few: return AlertmanagerComparisonTests.alerts(since: start)
        case .markup:
            let texts = [
                #"<script>alert(\"1\")</script> & <b>bold</b>"#,
                #"*bold* _it_ ~x~ `code` [a](http://x) <!channel> @here"#,
                #"one\ntwo\r\nthree\n\n\tfour\u0000\u0001\u001b[31m\u007f"#,
                #"ünï ☃ 🎉 日本語 \u2028\u2029 \u200b e\u0301"#,
                #"{{ .Status }} {{ template \"x\" }} %s %d $1 \\ \\n '\"'"#, #" lead and trail "#,
                #"\\_*[]()~`>#+-=|{}.!"#,
            ]
            let alerts = texts.enumerated().map { index, text in
                alert(
                    #""alertname":"A<b>&","b":"x","i":"\#(index)","ü x":"\#(text)""#,
                    #""summary":"\#(text)","description":"\#(text)","e":"""#)
            }
            return "[" + alerts.joined(separator: ",") + "]"
        case .many:
            let alerts = (0..<50).map { index in
                alert(
                    #""alertname":"Many","b":"x","job":"j\#(index % 3)","instance":"i\#(index)""#,
                    #""summary":"number \#(index)","description":"d""#)
            }
            return "[" + alerts.joined(separator: ",") + "]"
        case .long:
            let wide = String(repeating: "aé日🎉", count: 2000)
            return "["
                + [
                    alert(
                        #""alertname":"Long \#(String(repeating: "é", count: 400))","b":"x","i":"1""#,
                        #""summary":"\#(wide)""#),
                    alert(
                        #""alertname":"Long \#(String(repeating: "é", count: 400))","b":"x","i":"2""#,
                        #""summary":"x\#(wide)","description":"\#(wide)""#),
                ].joined(separator: ",") + "]"
        case .bare:
            return
                #"[{"labels":{"alertname":"Bare"},"startsAt":"\#(time)"},{"labels":{"alertname":"Bare","x":"1"},"startsAt":"\#(time)"}]"#
        }
    }
}
