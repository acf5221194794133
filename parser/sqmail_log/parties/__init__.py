"""The two ends of mail that are told by name: who sends, and where it goes."""
