/// Rules and unit tests as people write them: rates recorded, an alert on their ratio.
struct UnitTestInput {
    let groups: Int
    let samples: Int

    var rules: String {
        """
        groups:
          - name: api
            rules:
              - record: job:http_requests:increase5m
                expr: sum by (job) (increase(http_requests_total[5m]))
              - record: job:http_errors:increase5m
                expr: sum by (job) (increase(http_requests_total{code=~"5.."}[5m]))
              - alert: ErrorRate
                expr: job:http_errors:increase5m / job:http_requests:increase5m > 0.2
                for: 10m
                labels: {severity: page}
                annotations: {summary: 'errors of {{ $labels.job }}'}

        """
    }

    var tests: String {
        var text = "rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n"
        for number in 0..<groups {
            // Whole rates, so that no rounding is in the way of either program.
            let errors = number % 2 == 0 ? 10 : 50
            text += """
                  - name: case \(number)
                    interval: 1m
                    input_series:
                      - series: 'http_requests_total{job="api", instance="i\(number)", code="500"}'
                        values: '0+\(errors)x\(samples)'
                      - series: 'http_requests_total{job="api", instance="i\(number)", code="200"}'
                        values: '0+100x\(samples)'
                    alert_rule_test:
                      - eval_time: \(samples)m
                        alertname: ErrorRate

                """
            if errors == 50 {
                text += """
                            exp_alerts:
                              - exp_labels: {job: api, severity: page}
                                exp_annotations: {summary: 'errors of api'}

                    """
            }
            text += """
                    promql_expr_test:
                      - expr: job:http_requests:increase5m
                        eval_time: \(samples)m
                        exp_samples:
                          - labels: 'job:http_requests:increase5m{job="api"}'
                            value: \((errors + 100) * 5)

                """
        }
        return text
    }
}
