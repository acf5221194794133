"""From the files of a log to its lines, each once."""
