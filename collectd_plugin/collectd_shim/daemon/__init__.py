"""The part of the daemon that a plugin's calls reach."""
