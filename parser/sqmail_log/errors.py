"""What can go wrong while a log is read, in words for an operator."""


class SqmailError(Exception):
    """A condition that the operator has to mend; the text is one line that says how."""


class LogError(SqmailError):
    """A log that is missing, unreadable or not of this kind."""


class StateError(SqmailError):
    """A state that cannot be written, is damaged or belongs to another version."""


class BusyError(StateError):
    """Another process holds the state for longer than one may wait."""


GONE = (FileNotFoundError, NotADirectoryError)
"""What tells that a file is not there; any other OSError tells that nobody knows."""
