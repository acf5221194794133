"""The RRD tree: the files that collectd's rrdtool plugin would write, at the same paths."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from syslog import LOG_INFO

from rrd_files.definition import DataSource, Identity
from rrd_files.file import RrdFile
from rrd_files.storage import Storage
from rrd_files.twins import Groups


class RrdTree(Storage):
    """A tree DATA_DIR/HOST/PLUGIN-INSTANCE/TYPE-INSTANCE.rrd, as collectd keeps it.

    Values are held back, up to `batch` a file, and written by flush(): what was not flushed is lost if the
    process is killed.

    `rrdcached` is the address of an rrdcached to write through.  If that is a Unix socket, files are
    created here, and DATA_DIR must lie in the daemon's base directory.  For a host's address DATA_DIR is
    relative to that directory, and the daemon creates the files (it needs its option -R for new
    directories).

    With `ordered` a file that has lost a value gets no later ones, so that it says truly up to where it
    has them all; the daemon goes on with such a file.  `broken` says by path why.  `guard` is entered for
    each change of a file.
    """

    name: str = "rrdtool"

    def __init__(
        self,
        data_dir: Path | str,
        *,
        rrdcached: str | None = None,
        batch: int = 1000,
        ordered: bool = False,
        guard: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        super().__init__(data_dir, rrdcached=rrdcached, batch=batch, ordered=ordered, guard=guard)
        self._files: dict[str, RrdFile] = {}

    def path(self, identity: Identity) -> str:
        """Return where the file of a series lies."""
        return f"{self.data_dir.rstrip('/')}/{'/'.join(identity)}.rrd"

    def open(
        self, identity: Identity, sources: Sequence[DataSource]
    ) -> Callable[[float, float, Sequence[int | float]], bool]:
        """Return what takes time, interval (seconds) and numbers of a series: RrdFile.put."""
        return self._file(identity, sources).put

    def extend(
        self,
        identity: Identity,
        sources: Sequence[DataSource],
        interval: float,
        seconds: Sequence[int],
        numbers: Sequence[int | float],
    ) -> None:
        """Put many values of a series with one data source, and their times in whole seconds, ascending.

        Its file becomes the same as if each were put by itself, sooner (benchmark: import).  Series that
        come with the same list of seconds are sooner still.  Raises WriterError if there is no file and
        none can be created.
        """
        self._file(identity, sources).extend(seconds, numbers, interval)

    def _file(self, identity: Identity, sources: Sequence[DataSource]) -> RrdFile:
        name = "/".join(identity)
        file = self._files.get(name)
        if file is None:
            file = self._files[name] = RrdFile(self, self.path(identity), name, sources)
        return file

    def flush(self, name: str | None = None) -> None:
        """Write what is held back, of the file named host/plugin/type or of all."""
        if name is None:
            groups = Groups(self.histories)
            for file in self._files.values():
                file.hand_over(groups)
            for group in groups:
                self.update(group.paths[0], group.updates, group.paths[1:], patient=group.patient)
        elif name in self._files:
            self._files[name].flush()
        else:
            path = f"{self.data_dir}/{name}.rrd"
            self.log(LOG_INFO, f"rrdtool plugin: rrd_cache_flush_identifier: c_avl_get ({path}) failed. "
                               "Does that file really exist?")  # fmt: skip
