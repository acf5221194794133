"""Numbers for MRTG."""
