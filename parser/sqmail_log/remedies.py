"""What to tell an operator where this user is kept out of a folder or file."""

from __future__ import annotations

import os


def user() -> str:
    """Return the name of the user that this process runs as, its number where it has none."""
    import pwd  # noqa: PLC0415 - only where something is wrong

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def to_read(path: str) -> str:
    """Return the command that lets this user read a log's file or folder."""
    return f"setfacl -m u:{user()}:rX {_shut(path)}"


def to_list(*directories: str) -> str:
    """Return what lets this user list folders with all below them: the group that the outermost belongs to, or ACLs.

    Behind a folder that lets nobody through none is seen, so all from there on are named at once.
    """
    import grp  # noqa: PLC0415 - only where something is wrong

    above = {folder: None for directory in directories for folder in _shut_above(directory)}
    shut = [directory for directory in directories if above or not _is_listed(directory)]
    acls = [f"setfacl -m u:{user()}:X {' '.join(above)}"] if above else []
    acls += [f"setfacl -R -m u:{user()}:rX {' '.join(shut)}"] if shut else []
    acl = " && ".join(acls)
    try:
        group = grp.getgrgid(os.stat(next(iter([*above, *shut]))).st_gid).gr_name
    except (OSError, KeyError, StopIteration):
        return acl
    return acl if group == "root" else f"usermod -aG {group} {user()} and start its service anew, or {acl}"


def _shut_above(path: str) -> list[str]:
    """Return the folders above `path` from the outermost on that does not let this user through; none where all do."""
    folders = _above(path)
    outermost = _shut(path)
    return folders[folders.index(outermost) :] if outermost in folders else []


def _is_listed(directory: str) -> bool:
    """Tell whether this user may list a folder and what is in it."""
    try:
        with os.scandir(directory) as entries:
            return all(_is_listed(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return False


def to_write(path: str) -> str:
    """Return what lets this user write a file of a state directory."""
    directory = os.path.dirname(path)
    if os.path.exists(directory) and not os.path.isdir(directory):
        return f"{directory} is no directory, choose another --state-dir"
    if _is_full(directory):
        return "free some space there"
    folder = directory or "."
    return f"mkdir -p {folder} && chown -R {user()} {folder}, or choose another --state-dir"


def _is_full(directory: str) -> bool:
    """Tell whether a file system has no room or no inode for one file more, as far as it tells."""
    while not os.path.exists(directory) and directory != os.path.dirname(directory):
        directory = os.path.dirname(directory)
    try:
        room = os.statvfs(directory)
    except OSError:
        return False
    return not room.f_bavail or (room.f_files > 0 and not room.f_favail)


def _shut(path: str) -> str:
    """Return the outermost folder above `path` that does not let this user through, or `path` itself."""
    for folder in _above(path):
        if not os.access(folder, os.X_OK, effective_ids=True):
            return folder
    return path


def _above(path: str) -> list[str]:
    """Return the folders above a path, the outermost first."""
    folders: list[str] = []
    folder = os.path.dirname(os.path.abspath(path))
    while folder != os.path.dirname(folder):
        folders.insert(0, folder)
        folder = os.path.dirname(folder)
    return folders
