"""What every command of the project needs, written once; the parser does not know it."""
