// Tests of Incidents.
