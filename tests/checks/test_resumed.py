"""A queue's story read in pieces, with a state between them, is the story read at once."""

import shutil
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sqmail_log import ingest, tai64n
from sqmail_log.files import follow
from sqmail_log.state.store import State, state_path
from sqmail_log.watch import watch
from support import stamp

NOW = 1795332000
HOUR = 3600 * tai64n.SECOND
RESULTS = ["success: ok/", "failure: Sorry,_no_mailbox_here_by_that_name._(#5.1.1)/", "deferral: greylisted/"]
OPERATIONS = st.lists(st.tuples(st.sampled_from(["new", "start", "report", "report", "end", "stop"]), st.integers(0, 99)), max_size=60)


class Sender:
    """qmail-send, as far as its log goes; `open` has its messages, each with the numbers of its running deliveries."""

    def __init__(self):
        self.lines = []
        self.open = {}
        self.delivery = 0
        self.counts = dict.fromkeys(["messages", "success_local", "failure_local", "deferral_local", "restarts", "ended"], 0)

    def say(self, *texts):
        for text in texts:
            self.lines.append(stamp(NOW - 600 + 3 * len(self.lines)) + f" {text}".encode())

    def status(self):
        self.say(f"status: local {sum(map(len, self.open.values()))}/10 remote 0/20")

    def count(self, name):
        self.counts[name] += 1

    def new(self, choice):
        """Queue a message under a number that was used before, if it is free."""
        number = choice % 7 + 1
        if number not in self.open:
            self.open[number] = []
            self.say(f"new msg {number}", f"info msg {number}: bytes 5 from <a@test.example> qp 1 uid 2")
            self.count("messages")

    def start(self, choice):
        if self.open:
            number = sorted(self.open)[choice % len(self.open)]
            self.delivery += 1
            self.open[number].append(self.delivery)
            self.say(f"starting delivery {self.delivery}: msg {number} to local b@test.example")
            self.status()

    def report(self, choice):
        running = [(number, delivery) for number, deliveries in sorted(self.open.items()) for delivery in deliveries]
        if running:
            number, delivery = running[choice % len(running)]
            self.open[number].remove(delivery)
            result = RESULTS[choice % 3]
            self.say(f"delivery {delivery}: {result}")
            self.status()
            self.count(result.partition(":")[0] + "_local")

    def end(self, choice):
        idle = [number for number, deliveries in sorted(self.open.items()) if not deliveries]
        if idle:
            number = idle[choice % len(idle)]
            del self.open[number]
            self.say(f"end msg {number}")
            self.count("ended")

    def stop(self, choice):
        """Stop in the middle of deliveries now and then; they never report."""
        if choice % 3 == 0:
            for deliveries in self.open.values():
                deliveries.clear()
            self.delivery = 0
            self.say("status: exiting", "running")
            self.count("restarts")


def known(view, log, folder):
    state = State(state_path(str(folder), str(log)))
    sums = view.sums(HOUR)
    totals = state.meta().totals()
    running = state.messages.deliveries()
    state.close()
    return totals, sums.numbers, sorted(sums.delays.exact), sums.delays.counts, sums.tables, view.queue, view.oldest(99), running


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(operations=OPERATIONS, cuts=st.lists(st.integers(0, 200), max_size=8))
def test_read_in_pieces(tmp_path_factory, operations, cuts):
    read_in_pieces(tmp_path_factory, operations, cuts)


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(
    operations=OPERATIONS,
    cuts=st.lists(st.integers(0, 200), max_size=4),
    most=st.integers(0, 4),
    each=st.sampled_from([1, 1000]),
    block=st.integers(60, 900),
)
def test_read_in_pieces_with_few_messages_in_memory(tmp_path_factory, operations, cuts, most, each, block):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ingest, "_MOST_OPEN", most)
        patch.setattr(ingest, "_BYTES_EACH", each)
        patch.setattr(follow, "BLOCK", block)
        read_in_pieces(tmp_path_factory, operations, cuts)


def read_in_pieces(tmp_path_factory, operations, cuts):
    """Compare with a reading at once that has all messages in memory."""
    folder = tmp_path_factory.mktemp("resumed")
    sender = Sender()
    sender.say("running")
    for name, choice in operations:
        getattr(sender, name)(choice)
    log = folder / "mail.log"
    log.touch()
    places = sorted({min(cut, len(sender.lines)) for cut in cuts} | {0, len(sender.lines)})
    for begin, end in pairwise(places):
        with log.open("ab") as file:
            file.write(b"".join(line + b"\n" for line in sender.lines[begin:end]))
        pieces = watch(str(log), str(folder / "pieces"), now=NOW * tai64n.SECOND)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ingest, "_MOST_OPEN", 1000)
        whole = watch(str(log), str(folder / "whole"), now=NOW * tai64n.SECOND)
    told = known(pieces, log, folder / "pieces")
    assert told == known(whole, log, folder / "whole")
    assert {name: told[0].get(name, 0) for name in sender.counts} == sender.counts
    assert pieces.queue == len(sender.open)
    assert {number for number, _, _ in pieces.oldest(99)} == set(sender.open)
    assert len(told[-1]) == sum(map(len, sender.open.values()))
    shutil.rmtree(folder)
