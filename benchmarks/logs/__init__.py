"""Logs as the programs write them, with their true counts."""
