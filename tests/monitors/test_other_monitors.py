"""Examples for NRPE, ssh, Checkmk, Telegraf and Icinga's Director: by their daemon where it is here, else by their format."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tomllib
import urllib.parse
import uuid

import pytest

from monitors import site as sites
from processes import Program, until
from support import CHECKS, ROOT, SAMPLES

EXAMPLES = ROOT / "examples"
BIN = "/opt/sqmail-monitoring/bin/"
NRPE = (EXAMPLES / "nrpe" / "sqmail.cfg").read_text()
NRPE_DAEMON = shutil.which("nrpe", path=f"{os.environ['PATH']}:/usr/sbin")
CHECK_NRPE = shutil.which("check_nrpe", path=f"/usr/lib/nagios/plugins:{os.environ['PATH']}")
MRPE = (EXAMPLES / "checkmk" / "mrpe.cfg").read_text()
LOCAL = (EXAMPLES / "checkmk" / "qmail").read_text()
TELEGRAF = tomllib.loads((EXAMPLES / "telegraf" / "sqmail.conf").read_text())
BASKET = json.loads((EXAMPLES / "icinga2-director" / "sqmail-basket.json").read_text())
MX1 = (EXAMPLES / "nagios" / "mx1.cfg").read_text()


def parsed(line, monkeypatch):
    """Return the check's name and its options; the command line must be one that it takes."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    from building.commands import COMMANDS

    program, *words = shlex.split(line)
    assert program.startswith(BIN)
    name = program.removeprefix(BIN)
    return name, vars(COMMANDS[name].parser().parse_args(words))


def rows(pattern, text):
    found = re.findall(pattern, text, re.MULTILINE)
    assert len(found) == len([line for line in text.splitlines() if line and not line.startswith("#")])
    return found


def given_to_nagios():
    """Return {log: {check: options}} of the Nagios example, as NRPE and MRPE shall have them."""
    found = {}
    for block in re.findall(r"define service \{\n(.*?)\n\}", MX1, re.DOTALL):
        use, log = (re.search(rf"^ +{key} +(\S+)$", block, re.MULTILINE)[1] for key in ("use", "_LOG"))
        options = re.search(r"check_command +\S+?!(.+)$", block, re.MULTILINE)
        found[log, use.removeprefix("qmail-")] = shlex.split(options[1]) if options else []
    return found


def test_nrpe_has_every_check_with_the_thresholds_of_nagios(monkeypatch):
    commands = rows(r"^command\[(\w+)\]=(.+)$", NRPE)
    assert len({name for name, _ in commands}) == len(commands)
    found = {}
    for _, line in commands:
        check, options = parsed(line, monkeypatch)
        found[options["log"][0], check.removeprefix("check_qmail_")] = line
    wanted = given_to_nagios()
    assert found.keys() == wanted.keys()
    for key, options in wanted.items():
        assert all(option in shlex.split(found[key]) for option in options), key
    assert {check for _, check in found} == set(CHECKS)


def test_mrpe_has_every_check(monkeypatch):
    """A line is a name without blanks, (options), and a command; Checkmk takes %20 for a blank."""
    checks = set()
    for name, options, line in rows(r"^(\S+) \(([\w=:]+)\) (/.+)$", MRPE):
        assert urllib.parse.unquote(name).startswith("qmail ")
        assert re.fullmatch(r"interval=\d+", options)
        checks.add(parsed(line, monkeypatch)[0].removeprefix("check_qmail_"))
    assert checks == set(CHECKS)


def test_telegraf_has_every_check(monkeypatch):
    checks = []
    for block in TELEGRAF["inputs"]["exec"]:
        assert block.keys() == {"commands", "interval", "timeout", "data_format", "tags"}
        assert block["data_format"] == "nagios"
        (line,) = block["commands"]
        name, options = parsed(line, monkeypatch)
        assert block["tags"] == {"check": name.removeprefix("check_")}
        assert int(block["timeout"].removesuffix("s")) > options["timeout"]
        checks.append(name.removeprefix("check_qmail_"))
    assert sorted(checks) == sorted(CHECKS)


def checkmk_metrics(text):
    """Parse metrics as Checkmk does: name=value[;warn[;crit[;min[;max]]]], numbers alone (a level may be lower:upper)."""
    for entry in text.split("|"):
        name, _, values = entry.partition("=")
        value, *levels = values.split(";")
        assert len(levels) <= 4
        yield name, float(value), [float(level) if level else None for level in levels]


def test_the_local_check_of_checkmk(tmp_path):
    """Run the script of the example, with samples for its logs; each line is state, "name", metrics, text."""
    python = f"{sys.executable} -m sqmail_checks.host --at 2026-11-22T07:15Z"
    (tmp_path / "queue" / "mess").mkdir(parents=True)
    (tmp_path / "queue" / "todo").mkdir()
    script = LOCAL.replace(f"{BIN}check_qmail", python).replace("/var/qmail/queue", str(tmp_path / "queue"))
    for name, sample in (("send", "send"), ("smtpd", "smtpd"), ("smtpsub", "smtpsub"), ("pop3d", "pop3d")):
        script = re.sub(rf"/var/log/qmail-{name}\b", str(SAMPLES / sample), script)
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False, timeout=60, env=sites.environment())
    assert (done.returncode, done.stderr) == (0, "")
    services = {}
    for line in done.stdout.splitlines():
        state, name, metrics, text = re.fullmatch(r'([0-3]) "([^"]+)" (\S+) (.+)', line).groups()
        services[name] = (int(state), {metric: value for metric, value, _ in checkmk_metrics(metrics)}, text)
    assert {name.split()[1] for name in services} == set(CHECKS)
    assert services["qmail queue"][1]["messages"] == 124
    assert services["qmail delivery"][1]["failure_ratio"] == 13.19
    assert re.search(r";500;5000;", done.stdout)


def test_the_basket_has_every_check_and_option():
    """The Director reads Command, ServiceTemplate, DataList, Datafield; fields are named by numbers of their own."""
    assert BASKET.keys() == {"Command", "ServiceTemplate", "DataList", "Datafield"}
    icinga = (EXAMPLES / "icinga2" / "sqmail-commands.conf").read_text()
    commands = BASKET["Command"]
    assert commands.keys() == {"sqmail", *(f"sqmail_{name}" for name in (*CHECKS, "host"))}
    for name, command in commands.items():
        block = re.search(rf'CheckCommand "{name}" \{{(.*?)^\}}', icinga, re.MULTILINE | re.DOTALL)[1]
        wanted = {}
        for option, body in re.findall(r'^\t\t"(--[\w-]+)" = \{\n(.*?)^\t\t\}', block, re.MULTILINE | re.DOTALL):
            values = dict(re.findall(r"^\t\t\t(\w+) = (.+)$", body, re.MULTILINE))
            wanted[option] = {key: json.loads(value) for key, value in values.items()}
        assert command["arguments"] == wanted, name
        assert command["object_name"] == name
        assert command["imports"] == ([] if name == "sqmail" else ["sqmail"])
        assert command["object_type"] == ("template" if name == "sqmail" else "object")
        variables = {re.search(r"\$(\w+)\$", a.get("value", a.get("set_if")))[1]: a for a in command["arguments"].values()}
        fields = [BASKET["Datafield"][str(field["datafield_id"])] for field in command["fields"]]
        assert [field["varname"] for field in fields] == list(variables)
        for field in fields:
            argument = variables[field["varname"]]
            kind = "Boolean" if "set_if" in argument else "Array" if argument.get("repeat_key") else "String"
            assert field["datatype"] == f"Icinga\\Module\\Director\\DataType\\DataType{kind}"


def test_the_basket_refers_to_what_it_holds():
    commands, templates, fields = (BASKET[kind] for kind in ("Command", "ServiceTemplate", "Datafield"))
    for name, template in templates.items():
        assert template["object_name"] == name
        assert template["object_type"] == "template"
        assert template["check_command"] in commands
        anchor = template["notes_url"].partition("#")[2]
        assert f"## {anchor}\n" in (ROOT / "docs" / "runbooks" / "README.md").read_text()
    guids = [row["guid"] for kind in (commands, templates, fields) for row in kind.values()]
    assert len(guids) == len(set(guids)) == len({uuid.UUID(guid) for guid in guids})
    assert {field["varname"] for field in fields.values()} == set(
        re.findall(r"\$(sqmail_\w+)\$", json.dumps([command["arguments"] for command in commands.values()]))
    )


@pytest.mark.skipif(None in (NRPE_DAEMON, CHECK_NRPE), reason="nrpe is not installed (nagios-nrpe-server, nagios-nrpe-plugin)")
def test_nrpe_runs_every_check(site, logs):
    """A real nrpe with the example answers a request for each command."""
    for log in logs.values():
        log.feed()
    (site / "sqmail.cfg").write_text(sites.place(site, NRPE))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    main = site / "nrpe.cfg"
    main.write_text(
        f"server_port={port}\nserver_address=127.0.0.1\nallowed_hosts=127.0.0.1\ndont_blame_nrpe=0\ncommand_timeout=60\n"
        f"nrpe_user={sites.USER}\nnrpe_group={sites.group()}\npid_file={site}/nrpe.pid\ninclude={site}/sqmail.cfg\n"
    )
    asked = ["-H", "127.0.0.1", "-p", str(port), "-n", "-u", "-t", "40", "-c"]
    daemon = Program([NRPE_DAEMON, "-n", "-c", str(main), "-f"])
    try:
        until(lambda: not subprocess.run([CHECK_NRPE, *asked[:6]], capture_output=True, check=False).returncode, "nrpe answers")
        for name in re.findall(r"^command\[(\w+)\]", NRPE, re.MULTILINE):
            done = subprocess.run([CHECK_NRPE, *asked, name], capture_output=True, text=True, check=False, timeout=60)
            assert re.match(r"QMAIL_[A-Z]+ (OK|WARNING|CRITICAL) - ", done.stdout), (name, done.stdout)
    finally:
        daemon.terminate()
        daemon.wait(timeout=30)


def test_ssh_hands_the_command_line_on():
    """check_by_ssh gives the remote shell one text; what it splits it into is the check's command line."""
    text = (EXAMPLES / "nagios" / "remote.cfg").read_text()
    line = re.search(r"command_name +check_qmail_by_ssh\n +command_line +(.+)\n", text)[1]
    macros = {"$USER1$/": "", "$HOSTADDRESS$": "192.0.2.25", "$ARG1$": "check_qmail_queue", "$ARG2$": "-w 500", "$_SERVICELOG$": "/var/log/qmail-send"}
    for macro, value in macros.items():
        line = line.replace(macro, value)
    program, *words = shlex.split(line)
    assert program == "check_by_ssh"
    remote = words[words.index("-C") + 1]
    assert shlex.split(remote) == [f"{BIN}check_qmail_queue", "-v", "--log", "/var/log/qmail-send", "-w", "500"]
    assert words[:6] == ["-H", "192.0.2.25", "-l", "nagios", "-t", "40"]
