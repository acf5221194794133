"""Logins by user, and from how many addresses they came."""

from __future__ import annotations

from sqmail_report.tables.bounded import halved

_MOST_CLIENTS = 1000
_MOST_CLIENTS_IN_ALL = 200_000


class Login:
    """What became of one user's logins, and from how many addresses they came."""

    __slots__ = ("accepted", "clients", "rejected")

    def __init__(self) -> None:
        self.accepted = 0
        self.rejected = 0
        # At most `_MOST_CLIENTS` of them.
        self.clients: set[bytes] = set()

    def add(self, other: Login) -> None:
        """Add another's figures."""
        self.accepted += other.accepted
        self.rejected += other.rejected
        self.clients |= other.clients

    @property
    def attempts(self) -> int:
        """Return the number of its records."""
        return self.accepted + self.rejected


class Logins:
    """Logins by user and protocol, bounded as a Tally is.

    Of their clients so many are kept in all; `clients_missed` tells whether
    there were more.
    """

    def __init__(self) -> None:
        self.by_user: dict[tuple[bytes, bytes], Login] = {}
        self.rest = Login()
        self.missed = 0
        self.clients_missed = False
        self._clients = 0

    def note(self, user: bytes, protocol: bytes, client: bytes, *, rejected: bool) -> None:
        """Count a login."""
        login = self.by_user.get((user, protocol))
        if login is None:
            login = self.by_user[user, protocol] = Login()
        if rejected:
            login.rejected += 1
        else:
            login.accepted += 1
        clients = login.clients
        if len(clients) < _MOST_CLIENTS and client not in clients:
            if self._clients < _MOST_CLIENTS_IN_ALL:
                clients.add(client)
                self._clients += 1
            else:
                self.clients_missed = True

    def merge(self, other: Logins) -> None:
        """Add what another pass counted."""
        for key, login in other.by_user.items():
            self.by_user.setdefault(key, Login()).add(login)
        self.rest.add(other.rest)
        self.missed += other.missed
        self.clients_missed |= other.clients_missed
        self._clients += other._clients

    def bound(self, limit: int) -> None:
        """Keep the more frequent half of `limit` rows where there are more than that."""
        if len(self.by_user) > limit:
            kept, dropped = halved(self.by_user.items(), limit, lambda item: item[1].attempts)
            self.by_user = dict(kept)
            self.missed += dropped[0][1].attempts
            for _, login in dropped:
                self.rest.accepted += login.accepted
                self.rest.rejected += login.rejected
            self._clients = sum(len(login.clients) for _, login in kept)
