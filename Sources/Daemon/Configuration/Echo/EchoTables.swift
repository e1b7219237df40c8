/// The keys of alertmanager.yml in the order in which Alertmanager writes them out again, with their defaults.
///
/// - Source: observed on Alertmanager 0.33.1, `config.original` of `/api/v2/status`.
enum EchoTables {
    static let header: [EchoField] = [
        .texts("values"), EchoField(key: "secrets", kind: .secrets), .texts("files"),
    ]

    static let tls: [EchoField] = [
        .text("ca"), .text("cert"), .secret("key"), .text("ca_file"), .text("cert_file"), .text("key_file"),
        .text("server_name"), .flag("insecure_skip_verify", false), .text("min_version"), .text("max_version"),
    ]

    static let proxy: [EchoField] = [
        .url("proxy_url"), .text("no_proxy"), .flag("proxy_from_environment"),
        EchoField(key: "proxy_connect_header", kind: .secretLists),
    ]

    static let http: [EchoField] =
        [
            .section(
                "basic_auth",
                [.text("username"), .text("username_file"), .secret("password"), .text("password_file")]),
            .section(
                "authorization", [.text("type", "Bearer"), .secret("credentials"), .text("credentials_file")]),
            .section(
                "oauth2",
                [
                    .text("client_id"), .secret("client_secret"), .text("client_secret_file"), .texts("scopes"),
                    .text("token_url"), .tree("endpoint_params"), .section("tls_config", tls),
                ] + proxy),
            .secret("bearer_token"), .text("bearer_token_file"), .section("tls_config", tls),
            .flag("follow_redirects", true), .flag("enable_http2", true),
        ] + proxy + [EchoField(key: "http_headers", kind: .headers)]

    static let global: [EchoField] = [
        .duration("resolve_timeout", "5m"), .http, .url("jira_api_url"), .text("smtp_from"),
        .text("smtp_hello", "localhost"), .text("smtp_smarthost"), .text("smtp_auth_username"),
        .secret("smtp_auth_password"), .text("smtp_auth_password_file"), .secret("smtp_auth_secret"),
        .text("smtp_auth_secret_file"), .text("smtp_auth_identity"), .flag("smtp_require_tls", true),
        EchoField(
            key: "smtp_tls_config", kind: .section(tls),
            fallback: .value(.map([("insecure_skip_verify", .plain("false"))]))),
        .flag("smtp_force_implicit_tls"), .secret("slack_api_url"), .text("slack_api_url_file"),
        .secret("slack_app_token"), .text("slack_app_token_file"),
        .text("slack_app_url", "https://slack.com/api/chat.postMessage"),
        .text("pagerduty_url", "https://events.pagerduty.com/v2/enqueue"),
        .text("opsgenie_api_url", "https://api.opsgenie.com/"), .secret("opsgenie_api_key"),
        .text("opsgenie_api_key_file"), .text("wechat_api_url", "https://qyapi.weixin.qq.com/cgi-bin/"),
        .secret("wechat_api_secret"), .text("wechat_api_secret_file"), .text("wechat_api_corp_id"),
        .text("victorops_api_url", "https://alert.victorops.com/integrations/generic/20131114/alert/"),
        .secret("victorops_api_key"), .text("victorops_api_key_file"),
        .text("telegram_api_url", "https://api.telegram.org"), .secret("telegram_bot_token"),
        .text("telegram_bot_token_file"), .text("webex_api_url", "https://webexapis.com/v1/messages"),
        .text("rocketchat_api_url", "https://open.rocket.chat/"), .secret("rocketchat_token"),
        .text("rocketchat_token_file"), .secret("rocketchat_token_id"), .text("rocketchat_token_id_file"),
        .secret("mattermost_webhook_url"), .text("mattermost_webhook_url_file"),
    ]
}
