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


def to_list(directory: str) -> str:
    """Return what lets this user list a folder with all below it: the group that it belongs to, or an ACL."""
    import grp  # noqa: PLC0415 - only where something is wrong

    shut = _shut(directory)
    acl = f"setfacl {'-R ' if shut == directory else ''}-m u:{user()}:rX {shut}"
    try:
        group = grp.getgrgid(os.stat(shut).st_gid).gr_name
    except (OSError, KeyError):
        return acl
    return acl if group == "root" else f"usermod -aG {group} {user()} and start its service anew, or {acl}"


def to_write(path: str) -> str:
    """Return what lets this user write a file of a state directory."""
    directory = os.path.dirname(path)
    if os.path.exists(directory) and not os.path.isdir(directory):
        return f"{directory} is no directory, choose another --state-dir"
    if _is_full(directory):
        return "free some space there"
    folder = directory or "."
    return f"mkdir -p {folder} && chown -R {os.geteuid()} {folder}, or choose another --state-dir"


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
    folders = []
    folder = os.path.dirname(os.path.abspath(path))
    while folder != os.path.dirname(folder):
        folders.append(folder)
        folder = os.path.dirname(folder)
    for folder in reversed(folders):
        if not os.access(folder, os.X_OK, effective_ids=True):
            return folder
    return path
