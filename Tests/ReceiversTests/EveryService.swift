/// One integration of every type that talks over HTTP, each told at an address of its own.
enum EveryService {
    /// The types, in the order in which a receiver tells them, with an item of their `…_configs` for the address `@`.
    static let items: [(type: String, item: String)] = [
        ("webhook", "url: '@', http_config: {authorization: {credentials: planted-webhook}}"),
        ("pagerduty", "url: '@', routing_key: planted-pagerduty"),
        ("opsgenie", "api_url: '@', api_key: planted-opsgenie"),
        ("wechat", "api_url: '@/', api_secret: planted-wechat, corp_id: c"),
        ("slack", "api_url: '@', channel: c, http_config: {authorization: {credentials: planted-slack}}"),
        ("victorops", "api_url: '@/', api_key: planted-victorops, routing_key: r"),
        (
            "sns",
            "api_url: '@', topic_arn: 'arn:aws:sns:us-east-2:1:T', sigv4: {region: us-east-2, access_key: AK, secret_key: planted-sns}"
        ),
        ("telegram", "api_url: '@', bot_token: planted-telegram, chat_id: 1"),
        ("discord", "webhook_url: '@'"),
        ("webex", "api_url: '@', room_id: r, http_config: {authorization: {credentials: planted-webex}}"),
        ("msteams", "webhook_url: '@'"), ("msteamsv2", "webhook_url: '@'"),
        (
            "jira",
            "api_url: '@', project: P, issue_type: Bug, http_config: {basic_auth: {username: u, password: planted-jira}}"
        ),
        ("rocketchat", "api_url: '@', token: planted-rocketchat, token_id: planted-rocketchatid"),
        ("mattermost", "webhook_url: '@'"), ("incidentio", "url: '@', alert_source_token: planted-incidentio"),
    ]

    /// A receiver `team.a` with every service at each of `addresses`, which is given the type.
    static func configuration(_ addresses: [(String) -> String], types: Set<String>? = nil) -> String {
        var text = "route: {receiver: 'team.a', group_wait: 200ms, group_interval: 1h}\nreceivers:\n- name: 'team.a'\n"
        for (type, item) in items where types?.contains(type) ?? true {
            text += "  \(type)_configs:\n"
            for address in addresses { text += "  - {\(item.replacing("@", with: address(type)))}\n" }
        }
        return text
    }
}
