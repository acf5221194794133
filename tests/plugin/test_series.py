"""A log's minutes handed on as series: what each value is, once and in order."""

import math
import random

import pytest

from plugin.daemon import SAMPLES
from plugin.logs import Log, line
from sqmail_log.errors import StateError
from sqmail_log.figures.metrics import SEND, SESSIONS
from sqmail_log.series import Feed, metrics_of
from sqmail_log.state.store import State, state_path
from sqmail_log.state.timeline import KEEP_MINUTES
from sqmail_log.tai64n import SECOND
from sqmail_log.watch import watch

# 2026-11-20 12:00 UTC
START = 29919600


class Reading:
    """A log, read on demand, and the feed of its minutes."""

    def __init__(self, directory, since=0):
        self.log = Log(directory / "log")
        self.directory = directory
        self.since = since
        self.open()

    def open(self, receiver="tree"):
        self.state = State(state_path(str(self.directory / "state"), str(self.log.directory)))
        self.feed = Feed(self.state, receiver, self.since)

    def close(self):
        self.feed.close()
        self.state.close()

    def read(self, now):
        """Read what is there at a minute's beginning; return the minutes that are complete."""
        watch(
            str(self.log.directory),
            str(self.directory / "state"),
            history=None,
            now=now * 60 * SECOND,
            state=self.state,
        )
        taken = list(self.feed.minutes(now))
        if taken:
            self.feed.passed(taken[-1][0])
        return taken

    def append(self, *lines):
        with (self.log.directory / "current").open("ab") as current:
            current.writelines(lines)


@pytest.fixture
def reading(tmp_path):
    reading = Reading(tmp_path)
    yield reading
    reading.close()


def of(name, taken):
    return [(minute - START, values[name]) for minute, values in taken if name in values]


def new_message(minute, number, second=0):
    return line(minute * 60 + second, f"new msg {number}")


def test_the_minute_before_the_first_is_a_baseline(reading):
    reading.log.write(START, START + 1)
    taken = reading.read(START + 2)
    assert of("messages", taken) == [(-1, 0), (0, 3), (1, 7)]
    queue = dict(of("queue", taken))
    assert math.isnan(queue.pop(-1))
    assert queue == {0: 1, 1: 2}


def test_totals_go_on_where_they_were(reading):
    reading.log.write(START, START + 1)
    reading.read(START + 2)
    reading.log.write(START + 2, START + 2)
    assert of("messages", reading.read(START + 3)) == [(2, 12)]
    reading.close()
    reading.open()
    reading.log.write(START + 3, START + 3)
    assert of("messages", reading.read(START + 4)) == [(3, 18)]


def test_a_late_line_counts_in_the_next_minute(reading):
    reading.log.write(START, START + 1)
    reading.read(START + 2)
    reading.append(new_message(START, 1), new_message(START + 1, 2))
    reading.append(new_message(START + 2, 3))
    assert of("messages", reading.read(START + 3)) == [(2, 10)]
    reading.append(new_message(START + 1, 4))
    assert of("messages", reading.read(START + 4)) == [(3, 11)]


def test_totals_never_fall_when_the_clock_was_set_back(reading):
    reading.log.write(START, START + 9)
    before = of("messages", reading.read(START + 10))
    reading.append(*(new_message(START + 4 + n, n) for n in range(5)))
    assert reading.read(START + 9) == []
    after = of("messages", reading.read(START + 11))
    assert after == [(10, before[-1][1] + 5)]


def test_minutes_without_lines(reading):
    reading.log.write(START, START)
    reading.append(
        new_message(START, 5, 40),
        line(START * 60 + 40, "starting delivery 7: msg 5 to local a@example.org"),
        line(START * 60 + 40, "status: local 4/10 remote 2/20"),
    )
    taken = reading.read(START + 4)[1:]
    assert of("messages", taken) == [(0, 4), (1, 4), (2, 4), (3, 4)]
    assert of("queue", taken) == [(0, 2), (1, 2), (2, 2), (3, 2)]
    assert of("oldest", taken) == [(0, 59), (1, 119), (2, 179), (3, 239)]
    assert of("local", taken) == [(0, 4), (1, 4), (2, 4), (3, 4)]
    assert of("remote", taken) == [(0, 2), (1, 2), (2, 2), (3, 2)]
    assert of("remote_limit", taken) == [(0, 20), (1, 20), (2, 20), (3, 20)]
    delays = of("delay_p95", taken)
    assert delays[0] == (0, 2.0)
    assert all(math.isnan(value) for _, value in delays[1:])
    assert of("delay_count_5s", taken) == [(0, 2), (1, 0), (2, 0), (3, 0)]
    assert of("delay_sum_5s", taken) == [(0, 4.0), (1, 0), (2, 0), (3, 0)]


def test_states_are_known_after_a_restart_in_silence(reading):
    reading.log.write(START, START + 1)
    reading.read(START + 3)
    reading.close()
    reading.open()
    taken = reading.read(START + 90)
    assert [values["queue"] for _, values in taken] == [2] * 87
    assert [values["oldest"] for _, values in taken] == [119 + 60 * n for n in range(2, 89)]
    assert [values["local_limit"] for _, values in taken] == [10] * 87


def test_a_queue_that_is_empty_does_not_age(reading):
    reading.append(new_message(START, 5), line(START * 60 + 1, "end msg 5"))
    taken = reading.read(START + 3)[1:]
    assert of("oldest", taken) == [(0, 0), (1, 0), (2, 0)]


def test_what_the_log_never_said_is_unknown(reading):
    reading.append(new_message(START, 5))
    (_, values) = reading.read(START + 1)[1]
    unknown = {name for name, value in values.items() if math.isnan(value)}
    assert unknown == {
        "local", "local_now", "local_limit", "remote", "remote_now", "remote_limit", "delay_p50", "delay_p95",
    }  # fmt: skip
    assert values.keys() == {metric.name for metric in metrics_of({SEND})}


def test_only_what_the_log_holds_becomes_series(reading):
    reading.append(line(START * 60, "tcpserver: status: 3/40"))
    (_, values) = reading.read(START + 1)[1]
    assert values.keys() == {metric.name for metric in metrics_of({SESSIONS})}
    assert values["connections"] == 3
    assert values["reject_RCPT_Failed_Rcptto"] == 0


def test_lines_of_another_kind_bring_series_with_a_baseline(reading):
    reading.log.write(START, START + 1)
    reading.read(START + 2)
    reading.append(line((START + 2) * 60, "tcpserver: ok 7 0:192.0.2.1:25 :192.0.2.2::5555"))
    taken = reading.read(START + 4)
    assert of("ok", taken) == [(1, 0), (2, 1), (3, 1)]
    assert of("messages", taken) == [(2, 7), (3, 7)]


def test_the_past_before_since_counts_in_the_totals(tmp_path):
    reading = Reading(tmp_path, since=START + 5)
    reading.log.write(START, START + 6)
    taken = reading.read(START + 7)
    assert of("messages", taken) == [(4, 25), (5, 28), (6, 32)]
    assert dict(of("queue", taken))[5] == 6
    reading.close()


def test_a_silence_longer_than_the_memory_is_left_out(reading):
    reading.log.write(START, START)
    reading.read(START + 1)
    later = START + KEEP_MINUTES + 100
    reading.log.write(later, later)
    taken = reading.read(later + 1)
    assert of("messages", taken) == [(later - 1 - START, 3), (later - START, 3 + 3 + later % 5)]
    assert of("oldest", taken)[0] == (later - 1 - START, 59 + 60 * (KEEP_MINUTES + 99))


def test_a_log_that_ended_long_ago(reading):
    reading.log.write(START, START)
    now = START + 500_000
    assert [minute - START for minute, _ in reading.read(now)] == [*range(-1, 1440), 499_999]
    assert [minute - START for minute, _ in reading.read(now + 1)] == [500_000]


def test_more_than_a_day(reading):
    reading.log.write(START, START + 3000)
    taken = reading.read(START + 3001)
    assert [minute - START for minute, _ in taken] == list(range(-1, 3001))
    assert of("messages", taken)[-1] == (3000, sum(3 + minute % 5 for minute in range(START, START + 3001)))


def test_what_comes_late_while_minutes_are_handed_on_counts_in_the_next_call(reading):
    """Another process reads on: the minutes that follow have its lines, those that have gone out do not."""
    reading.log.write(START, START + 2999)
    state_dir = str(reading.directory / "state")
    watch(str(reading.log.directory), state_dir, history=None, now=(START + 3000) * 60 * SECOND)
    minutes = reading.feed.minutes(START + 3000)
    taken = [next(minutes) for _ in range(1000)]
    reading.append(new_message(START + 10, 1), new_message(START + 2990, 2))
    watch(str(reading.log.directory), state_dir, history=None, now=(START + 3000) * 60 * SECOND)
    taken += minutes
    written = [sum(3 + minute % 5 for minute in range(START, START + 1 + number)) for number in range(3001)]
    expected = [0, *(total + (number >= 2990) for number, total in enumerate(written[:3000]))]
    assert [total for _, total in of("messages", taken)] == expected
    reading.feed.passed(taken[-1][0])
    reading.log.write(START + 3000, START + 3000)
    assert of("messages", reading.read(START + 3001)) == [(3000, written[3000] + 2)]


def test_what_was_not_passed_is_handed_on_again(reading):
    reading.log.write(START, START + 2)
    first = reading.read(START + 3)
    reading.log.write(START + 3, START + 5)
    watch(
        str(reading.log.directory),
        str(reading.directory / "state"),
        now=(START + 6) * 60 * SECOND,
        state=reading.state,
    )
    second = list(reading.feed.minutes(START + 6))
    reading.close()
    reading.open()
    again = reading.read(START + 6)
    assert [(m, repr(sorted(v.items()))) for m, v in again] == [(m, repr(sorted(v.items()))) for m, v in second]
    assert of("messages", first)[-1] == (2, 12)


def test_what_may_not_have_arrived_is_repeated_until_all_is_acknowledged(reading):
    reading.log.write(START, START + 2)
    reading.read(START + 3)
    reading.feed.passed(START + 2, acknowledged=False)
    reading.log.write(START + 3, START + 3)
    watch(str(reading.log.directory), str(reading.directory / "state"), now=(START + 4) * 60 * SECOND, state=reading.state)
    for is_acknowledged in (False, True):
        if is_acknowledged:
            reading.feed.acknowledge()
        reading.close()
        reading.open()
        assert reading.feed.exported == START + 3
        reading.feed.repeat()
        assert [minute - START for minute, _ in reading.feed.minutes(START + 4)] == ([3] if is_acknowledged else [2, 3])


def test_a_receiver_that_lacks_something_goes_back(reading):
    reading.log.write(START, START + 9)
    taken = reading.read(START + 10)
    reading.close()
    reading.open()
    assert reading.feed.resumed
    reading.feed.rewind(START + 7)
    again = reading.read(START + 10)
    assert of("messages", again) == of("messages", taken)[-4:]
    assert of("queue", again)[1:] == of("queue", taken)[-3:]


def test_another_receiver_is_refused(reading):
    reading.log.write(START, START)
    reading.read(START + 1)
    reading.close()
    with pytest.raises(StateError, match=r"its minutes go to 'tree' already; give 'other' a state directory"):
        reading.open("other")
    reading.open()


def test_two_at_a_time_are_refused(reading):
    with pytest.raises(StateError, match=r"another process is handing on the minutes of this log"):
        Feed(reading.state, "tree", 0)


def test_nothing_is_purged_before_it_was_handed_on(reading):
    reading.log.write(START, START)
    last = START + KEEP_MINUTES + 500
    reading.log.write(last, last)
    watch(str(reading.log.directory), str(reading.directory / "state"), history=None,
          now=(last + 1) * 60 * SECOND, state=reading.state)  # fmt: skip
    assert reading.state.timeline.bounds() == (START, last)


def test_what_did_not_arrive_is_kept_while_years_are_read(reading):
    """A process of its own writes what was handed on, and may be killed before it has."""
    reading.append(line(START * 60, "status: local 0/10 remote 1/20"), new_message(START + 1000, 1))
    taken = []
    while not taken or taken[-1][0] < START + 2000:
        taken += reading.read(START + 2001)
    last = START + 5 * KEEP_MINUTES
    reading.append(new_message(last, 2))
    watch(str(reading.log.directory), str(reading.directory / "state"), history=None,
          now=(last + 1) * 60 * SECOND, state=reading.state)  # fmt: skip
    reading.close()
    reading.open()
    reading.feed.rewind(START + 900)
    again = list(reading.feed.minutes(START + 2001))
    assert of("messages", again) == [entry for entry in of("messages", taken) if entry[0] >= 899]
    assert of("remote_now", again)[1:] == [entry for entry in of("remote_now", taken) if entry[0] >= 900]


@pytest.mark.parametrize("seed", range(5))
def test_the_sums_are_the_same_however_the_log_was_read(tmp_path, seed):
    """Read in pieces, messages come back from the state one by one, as lines or deliveries speak of them."""
    pauses = random.Random(seed)
    behind = True
    while behind:
        view = watch(str(SAMPLES / "send"), str(tmp_path), history=None, seconds=pauses.choice((0.0, 0.002, 0.01)))
        behind = view.behind
    whole = watch(str(SAMPLES / "send"), str(tmp_path / "whole"), history=None)
    ((_, pieces),) = view.minutes(0, 1 << 62)
    ((_, one),) = whole.minutes(0, 1 << 62)
    assert pieces.numbers == one.numbers
    assert pieces.delays.exact == one.delays.exact
    assert pieces.delays.counts == one.delays.counts
    assert pieces.tables == one.tables
