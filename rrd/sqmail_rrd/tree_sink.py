"""The sink of `sqmail-rrd update` and `import`: a tree of RRD files as the plugin wants to know it."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from collectd_shim.daemon import datasets
from rrd_files.background import DeadWriterError
from rrd_files.definition import Identity
from rrd_files.errors import RrdError, WriterError
from rrd_files.header import Reach, total
from rrd_files.rrdcached import Rrdcached, RrdcachedError
from rrd_files.tree import RrdTree
from sqmail_collectd.settings import Settings
from sqmail_collectd.stored import InstanceFolder, Stored, StoredFiles
from sqmail_collectd.writer import PLUGIN, STEP, Points, RefusedError, SeriesName


class TreeSink:
    """Takes the past of series; says how far their files reach, which fail, and sets damaged ones aside."""

    def __init__(self, tree: RrdTree, hostname: str) -> None:
        self._tree = tree
        self._hostname = hostname
        self._types = datasets.load()
        self._paths: dict[str, dict[SeriesName, str]] = {}

    def files(self, settings: Settings) -> StoredFiles:
        """Return the files of an instance."""
        tree = self._tree
        if tree.remote:
            return _RemoteFiles(self, settings.instance)
        flush = None if tree.rrdcached is None else self._flush
        alone = tree.rrdcached is None
        return InstanceFolder(tree.data_dir, self._hostname, settings.instance, flush=flush, writes=alone)

    def put(self, instance: str, kind: str, name: str, points: Points) -> int:
        """Put the past of a series; raises RefusedError where its file can't take it."""
        identity = self._identity(instance, kind, name)
        path = self._tree.path(identity)
        self._paths.setdefault(instance, {})[kind, name] = path
        if path in self._tree.broken:
            raise RefusedError(f"{path}: {self._tree.broken[path]}")
        try:
            sources = self._types[kind].sources
            self._tree.extend(identity, sources, STEP, points.seconds, points.numbers)
        except DeadWriterError:
            raise
        except WriterError as error:
            raise RefusedError(f"{path}: {error}") from None
        return 0

    def acknowledge(self, instance: str) -> dict[SeriesName, str]:
        """Have all written that was put; return the series of an instance whose files have lost values.

        What a writing process was given and had not written when it was killed
        is found missing in the files at the next start.  Raises RrdError where
        nothing is written at all.
        """
        tree = self._tree
        tree.flush()
        paths = self._paths.get(instance, {})
        failing = {series: f"{path}: {tree.broken[path]}" for series, path in paths.items() if path in tree.broken}
        if failing and len(failing) == len(paths):
            raise RrdError(f"no values could be written to {tree.data_dir}: {next(iter(failing.values()))}")
        return failing

    def set_aside(self, path: Path) -> Path:
        """Rename a file to NAME.rrd.torn, or with a number behind it where there is such a file; return the new path.

        Raises RrdError.
        """
        if self._tree.rrdcached is not None:
            with suppress(RrdcachedError), Rrdcached(self._tree.rrdcached) as daemon:
                daemon.forget(str(path))
        number = 0
        while True:
            aside = path.with_name(f"{path.name}.torn{number or ''}")
            try:
                with self._tree.guard():
                    # Unlike a renaming this takes no other file's place.
                    os.link(path, aside, follow_symlinks=False)
                    path.unlink()
            except FileExistsError:
                number += 1
            except OSError as error:
                raise RrdError(f"{path}: cannot be set aside as {aside.name}: {error.strerror}") from None
            else:
                return aside

    def info(self, instance: str, series: Iterable[SeriesName]) -> dict[SeriesName, dict[str, str]]:
        """Return what rrdcached says of files, those that are there.  Raises RrdError."""
        try:
            with Rrdcached(str(self._tree.rrdcached)) as daemon:
                found = {one: daemon.info(self._tree.path(self._identity(instance, *one))) for one in series}
        except RrdcachedError as error:
            raise RrdError(str(error)) from None
        return {one: about for one, about in found.items() if about is not None}

    def _flush(self, identifier: str) -> None:
        try:
            with Rrdcached(str(self._tree.rrdcached)) as daemon:
                daemon.last_update(f"{self._tree.data_dir.rstrip('/')}/{identifier}.rrd")
        except RrdcachedError as error:
            raise RrdError(str(error)) from None

    def _identity(self, instance: str, kind: str, name: str) -> Identity:
        return self._hostname, f"{PLUGIN}-{instance}", f"{kind}-{name}"


class _RemoteFiles:
    """The files of an instance on another host, which only its rrdcached knows."""

    def __init__(self, sink: TreeSink, instance: str) -> None:
        self.place = ""
        self._sink = sink
        self._instance = instance

    def look(self, series: Iterable[SeriesName]) -> Stored:
        """Ask for each file; one that is damaged is as if it were not there, and refuses what it is given."""
        about = self._sink.info(self._instance, series)
        reach = {
            one: Reach(int(found["last_update"]), total(found.get("ds[value].last_ds", "").strip('"').encode()))
            for one, found in about.items()
        }
        return Stored(reach, {}, {})

    def changed(self) -> set[SeriesName]:
        """Nobody else writes there while this command runs."""
        return set()

    def spans(self, _series: Iterable[SeriesName]) -> dict[SeriesName, tuple[int, int | None]]:
        """Nobody makes files anew there."""
        return {}

    def remove(self, _series: Iterable[SeriesName]) -> None:
        """Leave the files to the other host."""

    def correct_modes(self) -> set[SeriesName]:
        """Leave the files to the other host."""
        return set()
