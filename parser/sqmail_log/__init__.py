"""The parser that everything else in sqmail-monitoring shares.

It follows a log, recognises its lines, adds them up per minute and remembers
how far it has read.  It uses the standard library alone and knows nobody who
asks.  `watch.watch` is the one door for all who want current figures;
`files.history` hands out the lines of the past.
"""
