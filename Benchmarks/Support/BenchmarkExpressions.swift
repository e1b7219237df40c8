/// Expressions as rule files have them.
public enum BenchmarkExpressions {
    /// 27 of them.
    public static let all = [
        #"up == 0"#,
        #"sum by (service) (rate(http_requests_total[5m]))"#,
        #"sum by (service) (rate(http_requests_total{code=~"5.."}[5m])) / sum by (service) (rate(http_requests_total[5m]))"#,
        #"sum(rate(http_requests_total{code=~"5.."}[1h])) / sum(rate(http_requests_total[1h])) > 14.4 * 0.001 and "#
            + #"sum(rate(http_requests_total{code=~"5.."}[5m])) / sum(rate(http_requests_total[5m])) > 14.4 * 0.001"#,
        #"histogram_quantile(0.95, sum by (le, service) (rate(http_request_duration_seconds_bucket[5m])))"#,
        #"histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[5m]))) > 0.5"#,
        #"topk(10, sum by (instance) (rate(http_requests_total[5m])))"#,
        #"100 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])) * 100 > 90"#,
        #"sum without (mode) (rate(node_cpu_seconds_total{mode!="idle"}[5m]))"#,
        #"process_resident_memory_bytes * on (instance) group_left (version) build_info"#,
        #"rate(http_requests_total{code="200"}[5m]) / on (service, instance) group_left () process_resident_memory_bytes"#,
        #"max_over_time(sum by (service) (rate(http_requests_total[5m]))[30m:1m])"#,
        #"predict_linear(node_filesystem_avail_bytes[1h], 4 * 3600) < 0"#,
        #"node_filesystem_avail_bytes / node_filesystem_size_bytes * 100 < 10"#,
        #"quantile_over_time(0.95, queue_depth[30m])"#,
        #"avg_over_time(queue_depth[1h])"#,
        #"max_over_time(queue_depth[1h]) - min_over_time(queue_depth[1h])"#,
        #"deriv(process_resident_memory_bytes[15m]) > 0"#,
        #"absent(up{service="service-7"})"#,
        #"count by (service) (up == 1) / count by (service) (up) < 0.5"#,
        #"label_replace(rate(http_requests_total[5m]), "zone", "$1", "instance", "host-(\\d+)")"#,
        #"changes(up[15m]) > 2"#,
        #"increase(http_requests_total[1h])"#,
        #"stddev by (service) (queue_depth)"#,
        #"queue_depth > 2 * avg_over_time(queue_depth[6h:15m])"#,
        #"sum by (service) (queue_depth offset 1h) - sum by (service) (queue_depth)"#,
        #"time() - process_start_time_seconds < 600 or up unless queue_depth > 50"#,
    ]
}
