"""Runs the shell lines of pages on a mail host that is made in layers over this machine's files; nothing of it is left.

    unshare --mount --pid --fork --propagation private python3 drive.py CHECKOUT FOLDER PAGES RESULTS

PAGES is JSON, {page: [lines, ...]} of bash; the page "" is run first, and the others each on what it left.  RESULTS
becomes {page: {"said": what was printed, "commands": [[command, what it printed], ...],
"failed": [[exit status, command], ...]}}.
"""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
COPIED = "/usr/src/sqmail-monitoring"
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*", "demo", "data", "results")
_PATIENCE = 150


def run(layer, lower, pieces, namespaces):
    """Run pieces of bash in a new layer; return what they said and what failed."""
    place = layer / "upper" / "pieces"
    place.mkdir(parents=True)
    names = []
    for number, piece in enumerate(pieces):
        (place / f"{number}.sh").write_text(piece)
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
    commands = [piece.split("\2", 1) for piece in words.split("\1")[1:]]
    return {"said": "".join(printed for _, printed in commands), "commands": commands, "failed": failed}


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
