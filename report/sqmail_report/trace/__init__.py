"""Single messages and sessions from end to end."""
