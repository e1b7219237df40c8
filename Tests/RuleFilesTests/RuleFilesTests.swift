// Tests of RuleFiles.
