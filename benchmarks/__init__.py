"""Generated qmail logs of any size, and what it costs to read them.

``python -m benchmarks.generate`` writes logs with their true counts beside them;
``python -m benchmarks`` measures this project's commands and their peers on such logs.
Standard library only; nothing here is installed.
"""
