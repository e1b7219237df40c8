// Tests of RuleChecks.
