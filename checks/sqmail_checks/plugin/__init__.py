"""What makes a plugin of a check: nagiosplugin's classes, what asks them, and the command line."""
