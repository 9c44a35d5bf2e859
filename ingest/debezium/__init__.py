"""Change data capture from MySQL, Oracle and SQL Server, by Debezium's engine within this process."""
