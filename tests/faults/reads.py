"""The collectd plugin under the stand-in for the daemon: three reads, then what came is printed as JSON.

    reads.py LOG STATE_DIR
"""

import json
import sys
import time

import collectd_shim
import sqmail_collectd

READS = 3


def main():
    log, state_dir = sys.argv[1:]
    logged, values = [], []

    def keep(found):
        values.append([f"{found.type}-{found.type_instance}", int(found.time), *found.values])

    host = collectd_shim.Host(
        hostname="mx1", clock=time.time, log=lambda severity, text: logged.append([severity, text])
    )
    block = collectd_shim.block("Module", "sqmail_collectd", Instance="log", Log=log, StateDir=state_dir, History=86400.0)
    host.load(sqmail_collectd.register, block)
    host.collectd.register_write(keep, name="keep")
    well = [host.read() for _ in range(READS)]
    host.shutdown()
    print(json.dumps({"well": all(well), "logged": logged, "values": values}))


if __name__ == "__main__":
    main()
