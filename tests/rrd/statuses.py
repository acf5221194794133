"""Hosts whose state a page tells: logs that were read, reports that were copied here."""

import json
import re
from datetime import UTC, datetime

from judge.hosts import ACCEPT, START, Host
from rrd.pages import Page, crawl
from rrd.test_graph_command import sqmail_rrd
from sqmail_rrd.update import Source, Target, Update

LISTED = "deferral: Connected_to_192.0.2.33_but_greeting_failed./Remote_host_said:_554_5.7.1_blocked_using_zen.spamhaus.org/"
NAME = "mx1.example.org"
INSTANCES = {"send": "qmail-send", "smtpd": "qmail-smtpd"}


def moment(minute):
    """Return the Unix time at the end of a minute."""
    return START + 60 * (minute + 1)


class Mail:
    """A host with an hour of mail in its logs, and what `sqmail-rrd update` makes of them."""

    def __init__(self, tmp_path):
        self.folder = tmp_path
        self.host = Host(tmp_path)

    def go_on(self, minutes, report=None):
        """Have mail for some more minutes; remote hosts answer with a report, if given."""
        for minute in minutes:
            self.host.smtpd.visit(minute, ACCEPT)
            if report is None:
                self.host.send.deliver(minute)
            else:
                self.host.send.deliver(minute, f"remote u@d{minute}.example", report)

    def read(self, minute):
        """Write the logs, and bring states and RRD files up to date as of the end of a minute."""
        self.host.write()
        sources = [Source(name, str(self.folder / folder)) for name, folder in INSTANCES.items()]
        target = Target(str(self.folder / "rrd"), str(self.folder / "state"), NAME)
        said = []
        assert Update(sources, target, log=said.append, clock=lambda: moment(minute) * 10**9).run().complete, said

    def words(self):
        """Return the options that name the logs, as `update` has them."""
        logs = [word for name, folder in INSTANCES.items() for word in ("--log", self.folder / folder, "--instance", name)]
        return [*logs, "--state-dir", self.folder / "state", "--hostname", NAME]

    def page(self, minute, *more):
        """Write the page as of the end of a minute; return its first page."""
        return index(self.folder, moment(minute), *self.words(), *more)


def index(folder, until, *more):
    """Write the page of a tree; return the first page.  Each link of all pages leads somewhere."""
    sqmail_rrd("page", "--rrd", folder / "rrd", "--out", folder / "www", "--until", until, "--jobs", 1, *more)
    return crawl(folder / "www")[folder / "www" / "index.html"]


def report(folder, host, now, state="OK", findings=(), **more):
    """Write a host's report, as of `now`."""
    folder.mkdir(exist_ok=True)
    written = {"time": f"{_time(now)} UTC", "state": state, "logs": [], "findings": list(findings), "unread": [], **more}
    (folder / f"{host}.json").write_text(json.dumps(written))


def finding(kind="no-remote", state="CRITICAL", **more):
    """Return a finding as `sqmail-report doctor --format json` prints it."""
    words = "no remote delivery has succeeded for 37m, all 330 attempts were deferred"
    empty = {"log": "", "minutes": 37, "count": 330, "words": words, "next": "", "cause": "", "named": "", "steps": []}
    return {"kind": kind, "state": state, **empty, **more}


def cards(page):
    """Return the text of each card of a page: a state's word, then the rest."""
    text = page.path.read_text()
    return [Words(card).text for card in re.findall(r'<section class="status .*?</section>', text, re.DOTALL)]


class Words(Page):
    """Some HTML that is no page."""

    def __init__(self, html):
        self.html = html
        super().__init__(self)

    def read_text(self, encoding):
        """Return it, as a path would."""
        del encoding
        return self.html


def links(page):
    """Return the text and the address of each link of a page."""
    return dict(re.findall(r'<a href="([^"]+)">([^<]+)</a>', page.path.read_text()))


def _time(seconds):
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
