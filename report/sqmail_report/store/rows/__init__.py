"""What is read of a log, as rows of the store's tables."""
