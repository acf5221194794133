"""A real nagios4 over the example configuration."""

import re
import subprocess
from contextlib import contextmanager
from pathlib import Path

from monitors import site as sites
from processes import Program, until
from support import ROOT

EXAMPLES = ROOT / "examples" / "nagios"
# What the example builds upon, as Debian has it.
DEBIAN = (
    *(
        Path("/etc/nagios4/objects") / name
        for name in ("commands.cfg", "contacts.cfg", "templates.cfg", "timeperiods.cfg")
    ),
    Path("/etc/nagios-plugins/config/ping.cfg"),
)
_MAIN = """\
log_file={site}/nagios/nagios.log
{objects}
resource_file={site}/nagios/resource.cfg
object_cache_file={site}/nagios/objects.cache
status_file={site}/nagios/status.dat
state_retention_file={site}/nagios/retention.dat
retain_state_information=0
lock_file={site}/nagios/nagios.pid
temp_file={site}/nagios/nagios.tmp
temp_path={site}/nagios
check_result_path={site}/nagios/checkresults
query_socket={site}/nagios/nagios.qh
check_external_commands=1
command_file={site}/nagios/nagios.cmd
nagios_user={user}
nagios_group={group}
use_syslog=0
illegal_macro_output_chars=`~$&|'"<>
check_for_updates=0
event_broker_options=0
enable_notifications=0
execute_host_checks=0
interval_length=1
service_inter_check_delay_method=n
check_result_reaper_frequency=1
status_update_interval=1
service_check_timeout_state=u
"""


def configure(site, more=""):
    """Write a configuration with the examples and more, in which a minute lasts a second; return its path."""
    folder = site / "nagios"
    (folder / "checkresults").mkdir(parents=True)
    paths = [*DEBIAN]
    for example in EXAMPLES.glob("*.cfg"):
        path = folder / example.name
        path.write_text(sites.place(site, example.read_text()))
        if example.name != "resource.cfg":
            paths.append(path)
    if more:
        paths.append(folder / "more.cfg")
        paths[-1].write_text(more)
    objects = "\n".join(f"cfg_file={path}" for path in paths)
    main = folder / "nagios.cfg"
    main.write_text(_MAIN.format(site=site, objects=objects, user=sites.USER, group=sites.group()))
    sites.give(folder)
    return main


def validate(main):
    """Return what `nagios4 -v` says, and its exit code."""
    done = subprocess.run(["nagios4", "-v", main], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout, done.returncode


def submit(main, results):
    """Write lines into the command file that nagios4 reads."""
    command_file = main.parent / "nagios.cmd"
    until(command_file.exists, "nagios4's command file")
    with command_file.open("w") as pipe:
        pipe.write(results)


@contextmanager
def running(main):
    """Run nagios4; yield a function that returns its services by description, as status.dat has them."""
    daemon = Program(["nagios4", main], logs=[main.parent / "nagios.log"])
    status = main.parent / "status.dat"
    try:
        until(status.exists, "nagios4's status.dat")
        yield lambda: services(status.read_text(errors="replace"))
    finally:
        daemon.terminate()
        code = daemon.wait(timeout=30)
    assert code == 0


def services(text):
    """Return {description: {attribute: text}} of a status.dat."""
    found = {}
    for block in re.findall(r"^servicestatus \{\n(.*?)^\t\}", text, re.MULTILINE | re.DOTALL):
        status = dict(line.strip().split("=", 1) for line in block.splitlines() if "=" in line)
        found[status["service_description"]] = status
    return found
