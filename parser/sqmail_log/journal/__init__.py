"""Logs that lie in systemd's journal and are read through journalctl."""
