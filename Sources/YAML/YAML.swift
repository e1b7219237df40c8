// YAML: see docs/architecture.md for what it owns.
