"""A stand-in for collectd's Python interface, and a host that runs its plugins without the daemon.

Run a plugin to the end and write the files that collectd's rrdtool plugin would write:

    with collectd_shim.Host(hostname="mx1", writer=collectd_shim.RrdTree("/var/lib/rrd")) as host:
        host.load(sqmail_collectd, collectd_shim.block("Module", "sqmail_collectd", Log="/var/log/qmail"))
        host.read()

The answers of the module are held to a contract recorded from collectd 5.12.
"""

from collectd_shim.api.config import Config, ConfigError, block, parse
from collectd_shim.daemon.daemon import CollectdError
from collectd_shim.host import Host, PluginError
from rrd_files.tree import RrdtoolMissingError, RrdTree

__all__ = [
    "CollectdError",
    "Config",
    "ConfigError",
    "Host",
    "PluginError",
    "RrdTree",
    "RrdtoolMissingError",
    "block",
    "parse",
]
