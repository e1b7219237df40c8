extension EchoTables {
    /// The lists of a receiver, in order.
    static let integrations: [(key: String, fields: [EchoField])] = [
        ("discord_configs", discord), ("email_configs", email), ("incidentio_configs", incidentio),
        ("pagerduty_configs", pagerduty), ("slack_configs", slack), ("webhook_configs", webhook),
        ("opsgenie_configs", opsgenie), ("wechat_configs", wechat), ("pushover_configs", pushover),
        ("victorops_configs", victorops), ("sns_configs", sns), ("telegram_configs", telegram),
        ("webex_configs", webex), ("msteams_configs", msteams), ("msteamsv2_configs", msteamsV2),
        ("jira_configs", jira), ("rocketchat_configs", rocketchat), ("mattermost_configs", mattermost),
    ]

    private static func template(_ key: String) -> EchoField {
        EchoField(
            key: key, kind: .tree, fallback: .value(.map([("template", .text(call("jira.default.\(key)")))])))
    }

    private static func call(_ name: String) -> String { "{{ template \"\(name)\" . }}" }

    static let webhook: [EchoField] = [
        .resolved(true), .http, .secret("url"), .always("url_file"), .number("max_alerts", 0),
        .duration("timeout", "0s"), .tree("payload"),
    ]

    static let discord: [EchoField] = [
        .resolved(true), .http, .secret("webhook_url"), .text("webhook_url_file"), .text("content"),
        .text("title", call("discord.default.title")), .text("message", call("discord.default.message")),
        .text("username"), .text("avatar_url"),
    ]

    static let email: [EchoField] = [
        .resolved(false), .text("to"), .text("from", global: "smtp_from"), .text("hello", global: "smtp_hello"),
        .text("smarthost", global: "smtp_smarthost"), .text("auth_username", global: "smtp_auth_username"),
        .secret("auth_password", global: "smtp_auth_password"),
        .text("auth_password_file", global: "smtp_auth_password_file"),
        .secret("auth_secret", global: "smtp_auth_secret"), .text("auth_secret_file", global: "smtp_auth_secret_file"),
        .text("auth_identity", global: "smtp_auth_identity"), .tree("headers"),
        .text("html", call("email.default.html")), .text("text"),
        EchoField(key: "require_tls", kind: .boolean, fallback: .global("smtp_require_tls"), isOptional: false),
        EchoField(key: "tls_config", kind: .section(tls), fallback: .global("smtp_tls_config")),
        EchoField(key: "force_implicit_tls", kind: .boolean, fallback: .global("smtp_force_implicit_tls")),
        .section("threading", [.flag("enabled"), .text("thread_by_date")]),
    ]

    static let incidentio: [EchoField] = [
        .resolved(true), .http, .url("url"), .always("url_file"), .secret("alert_source_token"),
        .text("alert_source_token_file"), .number("max_alerts", 0), .duration("timeout", "0s"),
    ]

    static let pagerduty: [EchoField] = [
        .resolved(true), .http, .secret("service_key"), .text("service_key_file"), .secret("routing_key"),
        .text("routing_key_file"), .text("url", global: "pagerduty_url"),
        .text("client", call("pagerduty.default.client")), .text("client_url", call("pagerduty.default.clientURL")),
        .text("description", "{{ template \"pagerduty.default.description\" .}}"), .tree("details"), .tree("images"),
        .tree("links"), .text("source"), .text("severity"), .text("class"),
        .text("component"), .text("group"), .duration("timeout", "0s"),
    ]

    static let slack: [EchoField] = [
        .resolved(false), .http, .secret("api_url", global: "slack_api_url"), .text("api_url_file"),
        .secret("app_token", global: "slack_app_token"), .text("app_token_file"),
        .text("app_url", global: "slack_app_url"), .text("channel"),
        .text("username", call("slack.default.username")), .text("color", call("slack.default.color")),
        .text("title", call("slack.default.title")), .text("title_link", call("slack.default.titlelink")),
        .text("pretext", call("slack.default.pretext")), .text("text", call("slack.default.text")),
        .sections("fields", [.text("title"), .text("value"), .flag("short")]), .flag("short_fields", false),
        .text("footer", call("slack.default.footer")), .text("fallback", call("slack.default.fallback")),
        .text("callback_id", call("slack.default.callbackid")), .text("icon_emoji", call("slack.default.iconemoji")),
        .text("icon_url", call("slack.default.iconurl")), .text("image_url"), .text("thumb_url"),
        .flag("link_names", false), .texts("mrkdwn_in"),
        .sections(
            "actions",
            [
                .text("type"), .text("text"), .text("url"), .text("style"), .text("name"), .text("value"),
                .section("confirm", [.text("text"), .text("title"), .text("ok_text"), .text("dismiss_text")]),
            ]), .flag("update_message", false), .duration("timeout", "0s"), .text("message_text"),
    ]

    static let opsgenie: [EchoField] = [
        .resolved(true), .http, .secret("api_key", global: "opsgenie_api_key"),
        .text("api_key_file", global: "opsgenie_api_key_file"), .text("api_url", global: "opsgenie_api_url"),
        .text("message", call("opsgenie.default.message")), .text("description", call("opsgenie.default.description")),
        .text("source", call("opsgenie.default.source")), .tree("details"), .text("entity"), .tree("responders"),
        .text("actions"), .text("tags"), .text("note"), .text("priority"), .flag("update_alerts"),
    ]

    static let wechat: [EchoField] = [
        .resolved(false), .http, .secret("api_secret", global: "wechat_api_secret"),
        .text("api_secret_file", global: "wechat_api_secret_file"), .text("corp_id", global: "wechat_api_corp_id"),
        .text("message", call("wechat.default.message")), .text("api_url", global: "wechat_api_url"),
        .text("to_user", call("wechat.default.to_user")), .text("to_party", call("wechat.default.to_party")),
        .text("to_tag", call("wechat.default.to_tag")), .text("agent_id", call("wechat.default.agent_id")),
        .text("message_type", "text").refilled,
    ]

    static let pushover: [EchoField] = [
        .resolved(true), .http, .secret("user_key"), .text("user_key_file"), .secret("token"), .text("token_file"),
        .text("title", call("pushover.default.title")), .text("message", call("pushover.default.message")),
        .text("url", call("pushover.default.url")), .text("url_title"), .text("device"), .text("sound"),
        .text("priority", "{{ if eq .Status \"firing\" }}2{{ else }}0{{ end }}"),
        EchoField(key: "retry", kind: .goDuration, fallback: .value(.plain("1m0s"))),
        EchoField(key: "expire", kind: .goDuration, fallback: .value(.plain("1h0m0s"))),
        EchoField(key: "ttl", kind: .goDuration), .flag("html"), .flag("monospace"),
    ]

    static let victorops: [EchoField] = [
        .resolved(true), .http, .secret("api_key", global: "victorops_api_key"),
        .text("api_key_file", global: "victorops_api_key_file"), .text("api_url", global: "victorops_api_url"),
        .text("routing_key"), .text("message_type", "CRITICAL").shown,
        .text("state_message", call("victorops.default.state_message")).shown,
        .text("entity_display_name", call("victorops.default.entity_display_name")),
        .text("monitoring_tool", call("victorops.default.monitoring_tool")), .tree("custom_fields"),
    ]

    static let sns: [EchoField] = [
        .resolved(true), .http, .text("api_url"),
        .section(
            "sigv4",
            [.text("region"), .text("access_key"), .secret("secret_key"), .text("profile"), .text("role_arn")]),
        .text("topic_arn"), .text("phone_number"), .text("target_arn"), .text("subject", call("sns.default.subject")),
        .text("message", call("sns.default.message")), .tree("attributes"),
    ]

    static let telegram: [EchoField] = [
        .resolved(true), .http, .text("api_url", global: "telegram_api_url"),
        .secret("bot_token", global: "telegram_bot_token"),
        .text("bot_token_file", global: "telegram_bot_token_file"), .number("chat_id"), .text("chat_id_file"),
        .number("message_thread_id"), .text("message", call("telegram.default.message")),
        .flag("disable_notifications"), .text("parse_mode", "HTML"),
    ]

    static let webex: [EchoField] = [
        .resolved(true), .http, .text("api_url", global: "webex_api_url"),
        .text("message", call("webex.default.message")), .text("room_id"),
    ]

    static let msteams: [EchoField] = [
        .resolved(true), .http, .secret("webhook_url"), .text("webhook_url_file"),
        .text("title", call("msteams.default.title")), .text("summary", call("msteams.default.summary")),
        .text("text", call("msteams.default.text")),
    ]

    static let msteamsV2: [EchoField] = [
        .resolved(true), .http, .secret("webhook_url"), .text("webhook_url_file"),
        .text("title", call("msteamsv2.default.title")), .text("text", call("msteamsv2.default.text")),
    ]

    static let jira: [EchoField] = [
        .resolved(true), .http, .url("api_url", global: "jira_api_url"), .text("api_type", "auto"), .text("project"),
        template("summary"), template("description"), .texts("labels"),
        .text("priority", call("jira.default.priority")),
        .text("issue_type"), .text("reopen_transition"), .text("resolve_transition"), .text("wont_fix_resolution"),
        .duration("reopen_duration"), .tree("fields"), .tree("custom_fields"),
    ]

    static let rocketchat: [EchoField] = [
        .resolved(false), .http, .text("api_url", global: "rocketchat_api_url"),
        .secret("token_id", global: "rocketchat_token_id"),
        .text("token_id_file", global: "rocketchat_token_id_file"), .secret("token", global: "rocketchat_token"),
        .text("token_file", global: "rocketchat_token_file"), .text("channel"),
        .text("color", "{{ if eq .Status \"firing\" }}red{{ else }}green{{ end }}"),
        .text("title", call("rocketchat.default.title")), .text("title_link", call("rocketchat.default.titlelink")),
        .text("text", call("rocketchat.default.text")), .tree("fields"), .flag("short_fields", false),
        .text("emoji", call("rocketchat.default.emoji")), .text("icon_url", call("rocketchat.default.iconurl")),
        .text("image_url"), .text("thumb_url"), .flag("link_names", false), .tree("actions"),
    ]

    static let mattermost: [EchoField] = [
        .resolved(true), .http, .secret("webhook_url", global: "mattermost_webhook_url"),
        .text("webhook_url_file", global: "mattermost_webhook_url_file"), .text("channel"),
        .text("username", call("mattermost.default.username")), .text("text", call("mattermost.default.text")),
        .text("fallback", call("mattermost.default.fallback")), .text("color", call("mattermost.default.color")),
        .text("title", call("mattermost.default.title")),
        .text("title_link", call("mattermost.default.titlelink")), .tree("attachments"),
    ]
}
