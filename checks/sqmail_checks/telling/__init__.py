"""What a check says: in which words, of which findings, and of what a log does not tell."""
