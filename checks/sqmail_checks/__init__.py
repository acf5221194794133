"""Nagios and Icinga checks: one module a check, each a Resource that measures and a Summary that words."""
