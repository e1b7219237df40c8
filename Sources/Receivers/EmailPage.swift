/// The HTML page of a mail, put together from few parts: every element carries its whole style, since mail programs
/// ignore style sheets.
enum EmailPage {
    static let definition = DefaultTemplates.define("email.default.html", "\n\n" + head + body)

    // MARK: Styles

    private static let font = "font-family: 'Helvetica Neue', Helvetica, Arial, sans-serif; box-sizing: border-box;"
    private static let plain = "margin: 0; \(font) font-size: 14px;"

    private static func style(_ text: String) -> String { "style=\"\(text)\"" }

    private static func plain(and more: String) -> String { style("\(plain) \(more)") }

    private static func indent(_ depth: Int) -> String { String(repeating: " ", count: depth) }

    // MARK: Head

    private static let head = """
        <!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" \
        "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
        <html xmlns="http://www.w3.org/1999/xhtml" \(style(plain))>
        <head>
        <meta name="viewport" content="width=device-width">
        <meta http-equiv="Content-Type" content="text/html; charset=UTF-8">
        <title>{{ template "__subject" . }}</title>
        <style>
        @media only screen and (max-width: 640px) {
        \(narrow.joined(separator: "\n\n"))
        }
        </style>
        </head>


        """

    private static let narrow = [
        rule("body", ["padding: 0"]),
        rule("h1,\nh2,\nh3,\nh4", ["font-weight: 800", "margin: 20px 0 5px"]),
        rule("h1", ["font-size: 22px"]), rule("h2", ["font-size: 18px"]), rule("h3", ["font-size: 16px"]),
        rule(".container", ["padding: 0", "width: 100%"]), rule(".content", ["padding: 0"]),
        rule(".content-wrap", ["padding: 10px"]), rule(".invoice", ["width: 100%"]),
    ]

    private static func rule(_ selector: String, _ settings: [String]) -> String {
        let lines = settings.map { "    \($0) !important;\n" }.joined()
        return "  \(selector) {\n\(lines)  }"
    }

    // MARK: Body

    private static let grey = "#f6f6f6"

    private static let body = """
        <body itemscope itemtype="https://schema.org/EmailMessage" \
        \(plain(and: "-webkit-font-smoothing: antialiased; -webkit-text-size-adjust: none; height: 100%; "
            + "line-height: 1.6em; background-color: \(grey); width: 100%;"))>

        <table class="body-wrap" \(plain(and: "background-color: \(grey); width: 100%;")) width="100%" bgcolor="\(grey)">
          <tr \(style(plain))>
            \(margin)
            <td class="container" width="600" \
        \(style("\(font) font-size: 14px; vertical-align: top; display: block; max-width: 600px; margin: 0 auto; clear: both;")) \
        valign="top">
              <div class="content" \
        \(style("\(font) font-size: 14px; max-width: 600px; margin: 0 auto; display: block; padding: 20px;"))>
        \(main)
        \(footer)</div>
            </td>
            \(margin)
          </tr>
        </table>

        </body>
        </html>


        """

    /// The empty column on either side.
    private static let margin = "<td \(plain(and: "vertical-align: top;")) valign=\"top\"></td>"

    private static let main = """
                <table class="main" width="100%" cellpadding="0" cellspacing="0" \
        \(plain(and: "background-color: #fff; border: 1px solid #e9e9e9; border-radius: 3px;")) bgcolor="#fff">
                  <tr \(style(plain))>
                    {{ if gt (len .Alerts.Firing) 0 }}
        \(banner("warning", "#E6522C", trailing: ""))
                    {{ else }}
        \(banner("good", "#68B90F", trailing: " "))
                    {{ end }}
                  </tr>
                  <tr \(style(plain))>
                    <td class="content-wrap" \(plain(and: "vertical-align: top; padding: 30px;")) valign="top">
                      <table width="100%" cellpadding="0" cellspacing="0" \(style(plain))>
        \(block([link]))
                        {{ if gt (len .Alerts.Firing) 0 }}
        \(block([heading("Firing")]))
                        {{ end }}
        \(list("Firing"))

                        {{ if gt (len .Alerts.Resolved) 0 }}
                          {{ if gt (len .Alerts.Firing) 0 }}
        \(block([bare("br"), bare("hr"), bare("br")]))
                          {{ end }}
        \(block([heading("Resolved")]))
                        {{ end }}
        \(list("Resolved"))
                      </table>
                    </td>
                  </tr>
                </table>

        """

    /// The coloured bar with the number of alerts and what groups them.
    private static func banner(_ kind: String, _ colour: String, trailing: String) -> String {
        let look =
            "margin: 0; \(font) vertical-align: top; font-size: 16px; color: #fff; font-weight: 500; "
            + "padding: 20px; text-align: center; border-radius: 3px 3px 0 0; background-color: \(colour);"
        return """
                        <td class="alert alert-\(kind)" \(style(look)) valign="top" align="center" bgcolor="\(colour)">
                          {{ len .Alerts }} alert{{ if gt (len .Alerts) 1 }}s{{ end }} for {{ range .GroupLabels.SortedPairs }}
                            {{ .Name }}={{ .Value }}\(trailing)
                          {{ end }}
                        </td>
            """
    }

    /// A row with one cell.
    private static func block(_ lines: [String]) -> String {
        let content = lines.map { indent(20) + $0 + "\n" }.joined()
        return """
                            <tr \(style(plain))>
                              <td class="content-block" \(plain(and: "vertical-align: top; padding: 0 0 20px;")) valign="top">
            \(content)                  </td>
                            </tr>
            """
    }

    private static func bare(_ tag: String) -> String { "<\(tag) \(style(plain))>" }

    private static func strong(_ text: String) -> String { "<strong \(style(plain))>\(text)</strong>" }

    private static func heading(_ status: String) -> String { strong("[{{ len .Alerts.\(status) }}] \(status)") }

    private static let link =
        "<a href=\"{{ template \"__alertmanagerURL\" . }}\" class=\"btn-primary\" "
        + plain(
            and: "text-decoration: none; color: #FFF; background-color: #348eda; border: solid #348eda; "
                + "border-width: 10px 20px; line-height: 2em; font-weight: bold; text-align: center; cursor: pointer; "
                + "display: inline-block; border-radius: 5px; text-transform: capitalize;")
        + ">View in {{ template \"__alertmanager\" . }}</a>"

    /// The alerts of one status, a row each.
    private static func list(_ status: String) -> String {
        let pair = "{{ .Name }} = {{ .Value }}\(bare("br"))"
        let row = block([
            strong("Labels") + bare("br"),
            "{{ range .Labels.SortedPairs }}\(pair){{ end }}",
            "{{ if gt (len .Annotations) 0 }}\(strong("Annotations"))\(bare("br")){{ end }}",
            "{{ range .Annotations.SortedPairs }}\(pair){{ end }}",
            "<a href=\"{{ .GeneratorURL }}\" \(plain(and: "color: #348eda; text-decoration: underline;"))>Source</a>"
                + bare("br"),
        ])
        return "\(indent(16)){{ range .Alerts.\(status) }}\n\(row)\n\(indent(16)){{ end }}"
    }

    private static let footer: String = {
        let cell =
            "margin: 0; \(font) vertical-align: top; padding: 0 0 20px; text-align: center; color: #999; "
            + "font-size: 12px;"
        let anchor = "margin: 0; \(font) text-decoration: underline; color: #999; font-size: 12px;"
        return """
                    <div class="footer" \(plain(and: "width: 100%; clear: both; color: #999; padding: 20px;"))>
                      <table width="100%" \(style(plain))>
                        <tr \(style(plain))>
                          <td class="aligncenter content-block" \(style(cell)) valign="top" align="center">\
            <a href="{{ .ExternalURL }}" \(style(anchor))>Sent by {{ template "__alertmanager" . }}</a></td>
                        </tr>
                      </table>
                    </div>
            """
    }()
}
