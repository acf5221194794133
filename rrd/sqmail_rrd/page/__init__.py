"""The page of all graphs."""
