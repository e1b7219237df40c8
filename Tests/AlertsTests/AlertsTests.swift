// Tests of Alerts.
