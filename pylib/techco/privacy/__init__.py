"""Personal data: the registry of classes and roles, the vault, and the proof by lineage."""
