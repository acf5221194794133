"""Logs of bytes that no program wrote: each check answers in one line of printable ASCII, twice the same."""

import re
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.answers import NOW, assert_sound, in_process
from sqmail_log.files import follow
from sqmail_log.state.store import State, state_path
from support import CHECKS, ROOT, check, stamp

# nagiosplugin takes SIGALRM for itself.
pytestmark = pytest.mark.timeout(180, method="thread")

def payloads():
    """Return what stands behind the stamps in the samples of all shapes of line."""
    found = []
    for path in sorted((ROOT / "tests" / "data" / "shapes").glob("*.log")):
        found += [line[26:] for line in path.read_bytes().split(b"\n") if line[:1] == b"@"]
    return found


HUGE = b"9" * 10000
HOSTILE = [
    b"|", b"\x1b[2J", b"\0", b"\r", b"", b" ", b"| rta=0 <script>", b"\xff\xfe", b"::", b":", b"/", b"-1", b"0", b"007",
    b"1_0", b"+5", b"4294967296", b"9223372036854775808", b"9" * 30, b"9" * 400, HUGE, b"x" * 5000, b"?", b"@",
]  # fmt: skip
NUMBERS = [b"1", b"2", b"3", b"17", *HOSTILE[11:21]]
# The low 16 digits of a label, or what is left of them.
TORN = [b"z", b"6b02b", b"6b02b54b118d1bbz", b"6b02b5zz118d1bb3", b" b02b54b118d1bb3", b"6b02_54b118d1bb3", b"ffffffffffffffff",
        b"000000000000000a", b"0" * 16, b"6B02B54B118D1BB3", b"\0" * 16]  # fmt: skip


# Lines that are about the same few messages and deliveries.
STORY = [
    b"new msg 5", b"info msg 5: bytes 17 from <a@test.example> qp 1 uid 2", b"end msg 5", b"new msg 6",
    b"starting delivery 1: msg 5 to remote b@host.example", b"starting delivery 2: msg 6 to local c@test.example",
    b"delivery 1: success: ok/", b"delivery 2: failure: Sorry,_no_mailbox_here_by_that_name._(#5.1.1)/",
    b"delivery 1: deferral: greylisted/", b"status: local 1/10 remote 2/20", b"status: local 0/10 remote 0/20",
    b"status: exiting", b"tcpserver: status: 3/40", b"tcpserver: end 17 status 11",
]  # fmt: skip


@st.composite
def texts(draw):
    """What a line says: a sample of any shape, with numbers put in and bytes torn out."""
    text = draw(st.one_of(st.sampled_from(STORY), st.sampled_from(PAYLOADS)))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        what = draw(st.sampled_from(["number", "insert", "cut", "byte"]))
        if what == "number":
            digits = [match.span() for match in re.finditer(rb"\d+", text)]
            if digits:
                begin, end = draw(st.sampled_from(digits))
                text = text[:begin] + draw(st.sampled_from(NUMBERS)) + text[end:]
        place = draw(st.integers(0, min(len(text), 80)))
        if what == "insert":
            text = text[:place] + draw(st.sampled_from(HOSTILE)) + text[place:]
        elif what == "cut":
            text = text[:place] + text[place + draw(st.integers(1, 20)) :]
        elif what == "byte":
            text = text[:place] + bytes([draw(st.integers(0, 255))]) + text[place + 1 :]
    return text.replace(b"\n", b" ")


@st.composite
def stamps(draw, second):
    """A label and a blank, in one of six torn."""
    if draw(st.integers(0, 5)):
        return stamp(second) + b" "
    return draw(
        st.one_of(
            st.sampled_from(TORN).map(lambda digits: b"@40000000" + digits + b" "),
            # As far as these go they are of the right minute.
            st.integers(9, 25).map(lambda length: stamp(second)[:length] + b"zzzzzzzzzzzzzzzz"[: 25 - length] + b" "),
            st.integers(0, 25).map(lambda length: stamp(second)[:length]),
            st.sampled_from([b"", b"@" + b"f" * 24 + b" ", b"@" + b"0" * 24 + b" ", b"@4000004000000000000000zz "]),
            st.sampled_from([0, 1, 1 << 31, (1 << 32) - 11, 1 << 32, NOW + 86400]).map(lambda late: stamp(late) + b" "),
            st.sampled_from([b"2026-11-22 07:15:00.5 ", b"1970-01-01 00:00:00 ", b"9999-12-31 23:59:59.999999999 ",
                             b"0000-00-00 00:00:00 ", b"2026-13-40 25:61:61  "]),
        )
    )  # fmt: skip


@st.composite
def logs(draw):
    """The bytes of a log: mostly in order of time, in the last minutes before NOW."""
    second = NOW - draw(st.sampled_from([0, 30, 200, 90000]))
    lines = []
    for text in draw(st.lists(texts(), min_size=1, max_size=40)):
        second += draw(st.sampled_from([0, 0, 1, 7]))
        lines.append(draw(stamps(second)) + text)
    return b"\n".join(lines) + draw(st.sampled_from([b"\n", b"\n", b""]))


PAYLOADS = payloads()


def written(folder, content):
    (folder / "log").mkdir()
    (folder / "log" / "current").write_bytes(content)
    return folder / "log"


def judging(name, *arguments):
    """Return arguments with which a check judges even one event."""
    return [*arguments, "--window", "10m", *(["--min-events", "1"] if name in {"smtpd", "delivery"} else [])]


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(content=logs(), verbose=st.integers(0, 2), block=st.sampled_from([50, 300, 1 << 18]))
def test_each_check_answers_and_twice_the_same(tmp_path_factory, content, verbose, block):
    folder = tmp_path_factory.mktemp("hostile")
    log = written(folder, content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(follow, "BLOCK", block)
        for name in CHECKS:
            arguments = judging(name, "--log", log, *["-v"] * verbose)
            once = in_process(name, *arguments, "--state-dir", folder / "state")
            assert_sound(name, *once)
            assert "damaged" not in once[0]
            assert in_process(name, *arguments, "--state-dir", folder / "state") == once
            assert_sound(name, *in_process(name, *arguments, "--at", NOW))
    shutil.rmtree(folder)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(content=logs(), cut=st.integers(0, 4000))
def test_each_check_goes_on_where_such_a_log_was_cut(tmp_path_factory, content, cut):
    """Read in two steps, and once more: each line is counted once."""
    folder = tmp_path_factory.mktemp("hostile")
    log = written(folder, content[:cut])
    live = ("--log", log, "--state-dir", folder / "state")
    for name in CHECKS:
        assert_sound(name, *in_process(name, *judging(name, *live)))
    with (log / "current").open("ab") as file:
        file.write(content[cut:])
    answers = [in_process(name, *judging(name, *live)) for name in CHECKS]
    for name, answer in zip(CHECKS, answers, strict=True):
        assert_sound(name, *answer)
        assert in_process(name, *judging(name, *live)) == answer
    totals = State(state_path(str(folder / "state"), str(log))).meta().totals()
    assert totals.get("lines", 0) == content.count(b"\n")
    shutil.rmtree(folder)


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
@given(content=logs())
def test_real_processes(tmp_path_factory, content):
    log = written(tmp_path_factory.mktemp("hostile"), content)
    for name in CHECKS:
        arguments = judging(name, "--log", log, "-v", "--at", NOW)
        assert check(name, *arguments) == in_process(name, *arguments)
