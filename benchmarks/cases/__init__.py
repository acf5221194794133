"""What is measured, one case a module."""
