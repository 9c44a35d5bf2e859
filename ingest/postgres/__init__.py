"""PostgreSQL change data capture, by logical replication with pgoutput, which every PostgreSQL from 10 on has."""
