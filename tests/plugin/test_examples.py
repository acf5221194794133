"""The example configurations: collectd itself accepts each."""

import re
import subprocess

import pytest

from plugin.daemon import COLLECTD, MODULE_PATHS, ROOT, needs_collectd

pytestmark = needs_collectd

EXAMPLES = sorted(path for folder in ("collectd", "fleet", "prometheus") for path in (ROOT / "examples" / folder).glob("*.conf"))
SITE = re.compile(r'^ *ModulePath "/opt/[^"]*"$', re.MULTILINE)


def installed_here(text):
    """Return a configuration that finds the plugin in this checkout."""
    return SITE.sub(MODULE_PATHS, text)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_collectd_accepts_it(tmp_path, path):
    passwords = tmp_path / "passwd"
    passwords.write_text("mx1: change me\n")
    text = installed_here(path.read_text())
    text = text.replace("/etc/collectd/passwd", str(passwords)).replace("FQDNLookup true", "FQDNLookup false")
    text = text.replace("192.0.2.10", "127.0.0.1").replace("/var/lib/collectd", str(tmp_path))
    configuration = tmp_path / "collectd.conf"
    configuration.write_text(f'BaseDir "{tmp_path}"\nPIDFile "{tmp_path}/pid"\nHostname "mx1.example.org"\n{text}')
    check = subprocess.run([COLLECTD, "-T", "-C", configuration], capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stdout + check.stderr
