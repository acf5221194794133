"""Reports from the logs: what qmailanalog, Newanalyse and findmail gave, in one pass.

`transactions` follows messages through qmail-send's log and `connections`
sessions through the others'; what they add up, the modules named after their
tables turn into tables, and `render` prints.
"""
