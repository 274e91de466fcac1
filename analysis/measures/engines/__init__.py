"""The measures of large tables: the same questions as expressions that an engine (DuckDB, Spark) answers."""
