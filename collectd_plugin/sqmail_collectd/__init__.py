"""The collectd plugin: what qmail's logs say, minute by minute.

    <Plugin python>
      Import "sqmail_collectd"
      <Module sqmail_collectd>
        Instance "send"
        Log "/var/log/qmail-send"
      </Module>
    </Plugin>

Imported by collectd it registers itself; anybody else hands `register` a
module that answers as collectd's does.  A Python that is too old is refused in
one line: collectd goes on without this plugin, anybody else gets an ImportError.
"""

from sqmail_collectd import python

__all__ = ["register"]

try:
    import collectd
except ImportError:
    collectd = None
# On PyPI another module bears this name; it is not the daemon's.
_is_daemon = hasattr(collectd, "register_config")

_why = python.trouble()
if _why:
    if not _is_daemon:
        raise ImportError(_why)
    python.refuse(collectd, _why)
else:
    from sqmail_collectd.plugin import register

    if _is_daemon:
        register(collectd)
