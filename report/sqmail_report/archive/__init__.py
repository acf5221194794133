"""Keeping the archives of logs."""
