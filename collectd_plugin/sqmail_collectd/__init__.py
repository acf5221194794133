"""The collectd plugin: what qmail's logs say, minute by minute.

    <Plugin python>
      Import "sqmail_collectd"
      <Module sqmail_collectd>
        Instance "send"
        Log "/var/log/qmail-send"
      </Module>
    </Plugin>

Imported by collectd it registers itself; anybody else hands `register` a
module that answers as collectd's does.
"""

from sqmail_collectd.plugin import register

__all__ = ["register"]

try:
    import collectd
except ImportError:
    pass
else:
    # On PyPI another module bears this name; it is not the daemon's.
    if hasattr(collectd, "register_config"):
        register(collectd)
