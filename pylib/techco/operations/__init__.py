"""What a person runs on a warehouse: rights of persons, backups, loading."""
