"""A stand-in for collectd's Python interface, and a host that runs its plugins without the daemon.

Run a plugin to the end and write the files that collectd's rrdtool plugin would write:

    with collectd_shim.Host(hostname="mx1", writer=rrd_files.tree.RrdTree("/var/lib/rrd")) as host:
        host.load(sqmail_collectd, collectd_shim.block("Module", "sqmail_collectd", Log="/var/log/qmail"))
        host.read()

The answers of the module are held to a contract recorded from collectd 5.12.
"""

from collectd_shim.api.config import Config, block
from collectd_shim.daemon.complaints import CollectdError
from collectd_shim.host import Host, PluginError

__all__ = ["CollectdError", "Config", "Host", "PluginError", "block"]
