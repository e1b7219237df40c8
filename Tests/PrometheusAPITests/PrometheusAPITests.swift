// Tests of PrometheusAPI.
