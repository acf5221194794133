"""Stamps that are no TAI64N labels: dates, Unix times, syslog's headers."""
