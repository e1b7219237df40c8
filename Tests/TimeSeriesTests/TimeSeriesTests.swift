// Tests of TimeSeries.
