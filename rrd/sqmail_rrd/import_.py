"""An import: an update from the oldest archive on, with a progress bar on standard error."""

from collections.abc import Callable, Sequence
from pathlib import Path

from sqmail_collectd.instance import Instance
from sqmail_command.progress import Bar
from sqmail_log.errors import SqmailError
from sqmail_log.files.cursor import JOURNAL, live_path
from sqmail_log.files.listing import archives
from sqmail_rrd.update import DAY, Outcome, Source, Target, Update

_EVER = 100 * 365 * DAY


def import_history(
    sources: Sequence[Source], target: Target, *, log: Callable[[str], None], jobs: int, set_torn_aside: bool
) -> Outcome:
    """Write all that the logs and their archives hold into RRD files; raises as an Update does."""
    total = sum(_size(source) for source in sources)
    with Bar(total) as bar:

        def show(instances: Sequence[Instance]) -> None:
            bar.show(total - sum(instance.behind for instance in instances))

        return Update(
            sources,
            target,
            log=log,
            history=_EVER,
            progress=show,
            jobs=jobs,
            set_torn_aside=set_torn_aside,
        ).run()


def _size(source: Source) -> int:
    if source.log.startswith(JOURNAL):
        return 0
    try:
        paths = [archive.path for archive in archives(source.log, source.archives)]
        live = live_path(source.log)
        return sum(Path(path).stat().st_size for path in [*paths, live] if Path(path).exists())
    except (OSError, SqmailError):
        return 0
