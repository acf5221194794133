"""What is added up from lines."""
