"""What stands still on a host, and how certain that is."""
