"""The event store: what logs told, as Parquet by host and day, and SQL over it."""
