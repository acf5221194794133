"""Nagios and Icinga checks: one module a check, each a Resource that measures and a Summary that words.

A check is a process of its own that ends soon.  Looking for cycles among what
it has just imported costs an idle run 4 % (`python -m benchmarks idle`), and
so the package switches that off for the process that imports it.
"""

import gc

gc.disable()
