/// The configuration of the demo: what a first user would write, delivering to the sinks.
enum DemoConfiguration {
    static func text(sinks: DemoSinks) -> String {
        """
        datasource: {embedded: {retention: 2h}}
        rule_files: [rules/*.yml]
        evaluation_interval: 15s

        global:
          smtp_smarthost: \(sinks.smarthost)
          smtp_from: ruleval@demo.invalid
          smtp_require_tls: false

        route:
          receiver: team
          group_by: [alertname]
          group_wait: 30s
          group_interval: 1m
          repeat_interval: 4h
          escalation_policy: on-call

        escalation_policies:
          on-call:
            steps:
              - {after: 4m, receiver: on-call}

        receivers:
          - name: team
            slack_configs:
              - api_url: \(sinks.url)/slack
                channel: '#alerts'
                send_resolved: true
            email_configs:
              - to: team@demo.invalid
                send_resolved: true
            webhook_configs:
              - url: \(sinks.url)/webhook
          - name: on-call
            webhook_configs:
              - url: \(sinks.url)/on-call
        """
    }

    /// The rule files that the binary carries, by name.
    static var rules: [(name: String, text: String)] {
        [
            ("mme-isolation.yml", PackageResources.isolation_yml), ("mme-mongodb.yml", PackageResources.mongodb_yml),
            ("mme-services.yml", PackageResources.services_yml), ("mme-traefik.yml", PackageResources.traefik_yml),
            ("memmimic.yml", PackageResources.memory_yml), ("api.yml", PackageResources.api_yml),
            ("node.yml", PackageResources.node_yml),
        ].map { ($0.0, String(decoding: $0.1, as: UTF8.self)) }
    }
}
