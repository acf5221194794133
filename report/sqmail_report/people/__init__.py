"""Reports as people read them: in words and units, what needs attention first, fitted to where they are read."""
