"""A real icinga2 over the example configuration, asked through its API."""

import base64
import json
import socket
import ssl
import subprocess
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError

from monitors import site as sites
from processes import Program, until
from support import ROOT

EXAMPLES = ROOT / "examples" / "icinga2"
# The templates that the example builds upon, as Debian has them.
TEMPLATES = Path("/etc/icinga2/conf.d/templates.conf")
FOLDERS = {
    "ConfigDir": "etc",
    "DataDir": "data",
    "LogDir": "log",
    "CacheDir": "cache",
    "SpoolDir": "spool",
    "InitRunDir": "run",
}
_AGENT = "\tvars.agent_endpoint = name\n"
_PASSWORD = "only-for-this-run"
_MAIN = """\
const PluginDir = "/usr/lib/nagios/plugins"
const PluginContribDir = PluginDir
const ManubulonPluginDir = PluginDir
const NodeName = "mx1"
const ZoneName = NodeName
include <itl>
include <plugins>
include "{templates}"
{includes}
object Endpoint NodeName {{ }}
object Zone ZoneName {{ endpoints = [ NodeName ] }}
object CheckerComponent "checker" {{ }}
object NotificationComponent "notification" {{ }}
object FileLogger "log" {{
	severity = "information"
	path = LogDir + "/icinga2.log"
}}
object ApiListener "api" {{
	bind_host = "127.0.0.1"
	bind_port = {port}
}}
object ApiUser "test" {{
	password = "{password}"
	permissions = [ "*" ]
}}
"""


class Icinga:
    """An icinga2 with folders of its own."""

    def __init__(self, site, *, agent=True):
        """Use the examples as they are, in the zone of an agent, which is this icinga2 itself; else without agents, in conf.d."""
        self.folder = site / "icinga2"
        for name in FOLDERS.values():
            (self.folder / name).mkdir(parents=True)
        self.port = _free_port()
        self._certificates()
        place = self.place = self.folder / "etc" / ("zones.d/mx1" if agent else "conf.d")
        place.mkdir(parents=True)
        for example in EXAMPLES.glob("*.conf"):
            text = sites.place(site, example.read_text())
            (place / example.name).write_text(text if agent else text.replace(_AGENT, ""))
        includes = f'include_zones "etc", "{place.parent}"' if agent else f'include_recursive "{place}"'
        self.main = self.folder / "etc" / "icinga2.conf"
        self.main.write_text(
            _MAIN.format(templates=TEMPLATES, includes=includes, port=self.port, password=_PASSWORD)
        )
        sites.give(self.folder)

    def add(self, text):
        """Put more configuration beside the examples."""
        self.place.joinpath("more.conf").write_text(text)
        sites.give(self.folder)

    def command(self, *words):
        """Return a command line of icinga2 with these folders and this user."""
        defines = {name: self.folder / folder for name, folder in FOLDERS.items()}
        defines |= {"RunAsUser": sites.USER, "RunAsGroup": sites.group()}
        return [
            "icinga2",
            *words,
            *(word for name, value in defines.items() for word in ("-D", f"{name}={value}")),
        ]

    def validate(self):
        """Return what `icinga2 daemon -C` says, and its exit code."""
        done = subprocess.run(
            self.command("daemon", "-C", "-c", str(self.main)),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return done.stdout + done.stderr, done.returncode

    @contextmanager
    def running(self):
        """Run the daemon in the foreground until its API has been up and the caller is done."""
        daemon = Program(self.command("daemon", "-c", str(self.main)), logs=[self.folder / "log" / "icinga2.log"])
        try:
            until(self._up, "icinga2's API to answer")
            yield
        finally:
            daemon.terminate()
            code = daemon.wait(timeout=30)
        assert code == 0

    def services(self):
        """Return {service: its last check result, None before the first}."""
        answer = self._ask("objects/services?attrs=last_check_result&attrs=__name")
        return {row["attrs"]["__name"].partition("!")[2]: row["attrs"]["last_check_result"] for row in answer}

    def urls(self):
        """Return {service: (notes_url, action_url)}."""
        answer = self._ask("objects/services?attrs=notes_url&attrs=action_url&attrs=__name")
        rows = [row["attrs"] for row in answer]
        return {row["__name"].partition("!")[2]: (row["notes_url"], row["action_url"]) for row in rows}

    def check(self):
        """Have every service checked now."""
        self._ask("actions/reschedule-check", {"type": "Service", "filter": "true", "force": True})

    def submit(self, result):
        """Hand a passive result on, as it is."""
        (answer,) = self._ask("actions/process-check-result", result)
        assert answer["code"] == 200, answer

    def log(self):
        """Return what the daemon has logged."""
        return (self.folder / "log" / "icinga2.log").read_text()

    def _up(self):
        with suppress(URLError, ConnectionError):
            return bool(self._ask("objects/services"))
        return False

    def _ask(self, what, body=None):
        context = ssl.create_default_context(cafile=self.folder / "data" / "certs" / "ca.crt")
        context.check_hostname = False
        token = base64.b64encode(f"test:{_PASSWORD}".encode()).decode()
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.port}/v1/{what}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Accept": "application/json", "Authorization": f"Basic {token}"},
        )
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:
            return json.load(answer)["results"]

    def _certificates(self):
        """Make the certificates that the API wants; on an elliptic curve, as icinga2's own way takes 6 s."""
        folder = self.folder / "data" / "certs"
        folder.mkdir()
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        authority = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"]
        for command in (
            ["req", "-x509", *key, "-days", "1", "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.crt"],
            ["req", "-new", *key, "-subj", "/CN=mx1", "-keyout", "mx1.key", "-out", "mx1.csr"],
            ["x509", "-req", "-in", "mx1.csr", *authority, "-days", "1", "-out", "mx1.crt"],
        ):
            subprocess.run(["openssl", *command], cwd=folder, check=True, capture_output=True, timeout=30)


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
