"""Runs the shell lines of pages on a mail host that is made in layers over this machine's files; nothing of it is left.

    unshare --mount --pid --fork --propagation private python3 drive.py CHECKOUT FOLDER PAGES RESULTS

PAGES is JSON, {page: [lines, ...]} of bash; the page "" is run first, and the others each on what it left.  RESULTS
becomes {page: {"said": what was printed, "lines": [[line, what it printed], ...], "failed": [[exit status, command], ...]}}.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
COPIED = "/usr/src/sqmail-monitoring"
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*", "demo", "data", "results")
_PATIENCE = 150
# Bash tells each command's piece and line, between bytes that nothing else prints.  (Not inherited: each piece sets it.)
_TELL = "trap 'printf \"\\1%s %s\\2\" {number} \"$LINENO\" >&8' DEBUG\n"


def run(layer, lower, pieces, namespaces):
    """Run pieces of bash in a new layer; return what they said and what failed."""
    place = layer / "upper" / "pieces"
    place.mkdir(parents=True)
    names = []
    for number, piece in enumerate(pieces):
        (place / f"{number}.sh").write_text(f"{_TELL.format(number=number)}{piece.rstrip()}\ntrap - DEBUG\n")
        names.append(f"/pieces/{number}.sh")
    shutil.copy(HERE / "run", place)
    reading, writing = os.pipe()
    inside = [HERE / "enter", layer, lower, "/bin/bash", "-c", f'exec 9>&{writing}; exec /bin/bash /pieces/run "$@"', "bash", *names]
    environment = {
        **{name: value for name, value in os.environ.items() if name.lower().endswith("_proxy") or name.startswith(("PIP_", "SQMAIL_"))},
        "HOME": "/root", "LANG": "C.UTF-8", "TZ": "UTC",
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    }  # fmt: skip
    with subprocess.Popen(
        ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", *namespaces, *map(str, inside)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, pass_fds=[writing], env=environment,
    ) as process:  # fmt: skip
        os.close(writing)
        with ThreadPoolExecutor(1) as pool, os.fdopen(reading, "rb") as failures:
            told = pool.submit(failures.read)
            try:
                said, _ = process.communicate(timeout=_PATIENCE)
                end = process.returncode
            except subprocess.TimeoutExpired:
                process.kill()
                said, _ = process.communicate()
                end = "never"
            failed = [line.split("\t", 1) for line in told.result().decode(errors="replace").splitlines()]
    words = said.decode(errors="replace")
    # The shell's own status is that of the last command: what failed has told so.
    if end == "never" or (end and not failed):
        failed.append([str(end), "the shell itself"])
    return {"said": re.sub("\1[^\2]*\2", "", words), "lines": _lines(words, pieces), "failed": failed}


def _lines(words, pieces):
    """Return each line of the pieces that was run, with what it printed: that of all its commands."""
    found = []
    before = None
    for told in words.split("\1")[1:]:
        place, printed = told.split("\2", 1)
        number, line = map(int, place.split())
        if place != before:
            # The first line of a piece's file, and those after its last, are not of the piece.
            found.append([dict(enumerate(pieces[number].splitlines(), 2)).get(line, ""), ""])
        found[-1][1] += printed
        before = place
    return [[line, printed] for line, printed in found if line or printed]


def main(checkout, folder, pages, results):
    """Make the host, run the pages, write the results."""
    layers = Path(folder)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", folder], check=True)
    copy = layers / "base" / "upper" / COPIED[1:]
    shutil.copytree(checkout, copy, ignore=LEFT_OUT, symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX", copy], check=True)
    wanted = json.loads(Path(pages).read_text())
    made = (HERE / "make").read_text()
    found = {"": run(layers / "base", "", [f"( {made}\n)", *wanted.pop("")], [])}
    lower = f"{layers}/base/upper:"
    with ThreadPoolExecutor(2) as pool:
        jobs = {
            page: pool.submit(run, layers / str(number), lower, pieces, ["--net"])
            for number, (page, pieces) in enumerate(wanted.items())
        }
        found |= {page: job.result() for page, job in jobs.items()}
    Path(results).write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
