"""The basket for Icinga's Director, from the CheckCommands of examples/icinga2: a field for each variable."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

from project import ROOT

PATH = ROOT / "examples" / "icinga2-director" / "sqmail-basket.json"
_COMMANDS = ROOT / "examples" / "icinga2" / "sqmail-commands.conf"
_PAGE = "https://graphs.example.org/qmail/runbooks/index.html"
_BIN = "/opt/sqmail-monitoring/bin"
# What the Director knows an object by when it is imported again.
_SPACE = uuid.UUID("5f0c2f0e-3c35-4ad7-9e68-6d1a63a3b9a1")
# Checks that wait by themselves until they are sure: asked each minute, and believed at once.
_NIGHT = frozenset({"flow", "delivery", "senders", "host"})
_ONCE = _NIGHT | {"log"}
# Columns of a service template that say nothing here.
_UNSET = (
    "action_url", "apply_for", "assign_filter", "check_period", "check_timeout", "command_endpoint", "display_name",
    "enable_active_checks", "enable_event_handler", "enable_flapping", "enable_notifications", "enable_passive_checks",
    "enable_perfdata", "event_command", "flapping_threshold_high", "flapping_threshold_low", "host", "icon_image",
    "icon_image_alt", "service_set", "template_choice", "use_var_overrides", "volatile", "zone",
)  # fmt: skip

Row = dict[str, Any]


def basket() -> str:
    """Return the basket as JSON."""
    text = _COMMANDS.read_text(encoding="utf-8")
    blocks = re.findall(r'^(?:template|object) CheckCommand "(\w+)" \{\n(.*?)^\}', text, re.MULTILINE | re.DOTALL)
    fields: dict[str, Row] = {}
    commands = {name: _command(name, body, fields) for name, body in blocks}
    services = {
        template["object_name"]: template
        for template in (_service(name.removeprefix("sqmail_"), body) for name, body in blocks if name != "sqmail")
    }
    numbered = {str(number): field for number, field in enumerate(fields.values(), 1)}
    found = {"Command": commands, "ServiceTemplate": services, "DataList": {}, "Datafield": numbered}
    return json.dumps(found, indent=4) + "\n"


def _arguments(body: str) -> dict[str, Row]:
    found = {}
    for option, inner in re.findall(r'^\t\t"(--[\w-]+)" = \{\n(.*?)^\t\t\}', body, re.MULTILINE | re.DOTALL):
        values = re.findall(r"^\t\t\t(\w+) = (.+)$", inner, re.MULTILINE)
        found[option] = {key: json.loads(value) for key, value in values}
    return found


def _command(name: str, body: str, fields: dict[str, Row]) -> Row:
    arguments = _arguments(body)
    shared = name == "sqmail"
    return {
        "arguments": arguments,
        "command": None if shared else f"{_BIN}/{_program(body)}",
        "disabled": False,
        "fields": [_field(argument, fields) for argument in arguments.values()],
        "imports": [] if shared else ["sqmail"],
        "is_string": None,
        "methods_execute": "PluginCheck",
        "object_name": name,
        "object_type": "template" if shared else "object",
        "timeout": "60",
        "vars": {"sqmail_verbose": True} if shared else {},
        "zone": None,
        "guid": _guid(f"command {name}"),
    }


def _field(argument: Row, fields: dict[str, Row]) -> Row:
    """Return an argument's reference to its field, which is added to `fields` where it is new."""
    variable = re.findall(r"\$(\w+)\$", argument.get("value", argument.get("set_if", "")))[0]
    kind = "Boolean" if "set_if" in argument else "Array" if argument.get("repeat_key") else "String"
    if variable not in fields:
        fields[variable] = {
            "varname": variable,
            "caption": f"sqmail: {variable.removeprefix('sqmail_').replace('_', ' ')}",
            "description": argument["description"],
            "datatype": f"Icinga\\Module\\Director\\DataType\\DataType{kind}",
            "format": None,
            "settings": {"visibility": "visible"} if kind == "String" else {},
            "guid": _guid(f"field {variable}"),
        }
    number = list(fields).index(variable) + 1
    return {"datafield_id": number, "is_required": "y" if argument.get("required") else "n", "var_filter": None}


def _service(name: str, body: str) -> Row:
    return {
        **dict.fromkeys(_UNSET),
        "check_command": f"sqmail_{name}",
        "check_interval": 60 if name in _NIGHT else 300,
        "disabled": False,
        "fields": [],
        "groups": [],
        "imports": [],
        "max_check_attempts": 1 if name in _ONCE else 3,
        "notes": None,
        "notes_url": f"{_PAGE}#{_program(body)}",
        "object_name": f"sqmail-{name}",
        "object_type": "template",
        "retry_interval": 60,
        "use_agent": True,
        "vars": {},
        "guid": _guid(f"service {name}"),
    }


def _program(body: str) -> str:
    return re.findall(r'"/(check_qmail\w*)"', body)[0]


def _guid(name: str) -> str:
    return str(uuid.uuid5(_SPACE, name))
