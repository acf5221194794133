"""Handing a report to the local sendmail command."""

from __future__ import annotations

import shutil
import subprocess
from email.message import EmailMessage

from sqmail_log.errors import SqmailError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqmail_report.digest.pictures import Picture

_PLACES = "/usr/sbin:/usr/lib:/var/qmail/bin"


def content_id(name: str) -> str:
    """Return what an attached picture is called in the mail's HTML."""
    return f"{name}@sqmail-report.invalid"


def message(
    to: list[str], sender: str | None, subject: str, text: str, html: str, pictures: Iterable[Picture] = ()
) -> bytes:
    """Return a mail with a text and an HTML part, whose pictures are attached to it.

    Raises SqmailError where an address cannot stand in a header.
    """
    mail = EmailMessage()
    try:
        mail["To"] = ", ".join(to)
        if sender is not None:
            mail["From"] = sender
        mail["Subject"] = subject
    except ValueError as error:
        raise SqmailError(f"no header can hold this: {error}") from error
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    for picture in pictures:
        # With pictures the HTML part becomes what holds them, too.
        *_, page = mail.iter_parts()
        page.add_related(
            picture.png,
            "image",
            "png",
            cid=f"<{content_id(picture.name)}>",
            filename=picture.name,
            disposition="inline",
        )
    return mail.as_bytes()


def send(mail: bytes, command: str | None) -> None:
    """Give a mail to `sendmail -t -i`, or to the command given instead of sendmail.

    Raises SqmailError where there is none, or it says that it failed.
    """
    path = command or shutil.which("sendmail") or shutil.which("sendmail", path=_PLACES)
    if path is None:
        raise SqmailError(f"no sendmail in PATH nor in {_PLACES}; name it with --sendmail")
    try:
        done = subprocess.run([path, "-t", "-i"], input=mail, capture_output=True, check=False)  # noqa: S603
    except OSError as error:
        raise SqmailError(f"{path}: {error.strerror}; name another with --sendmail") from error
    if done.returncode:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip().replace("\n", " / ")
        raise SqmailError(f"{path} -t -i: exit status {done.returncode}{': ' + said[:300] if said else ''}")
