"""What other programs write into the logs of sessions, in terms of this project: one module a dialect."""
