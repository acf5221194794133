"""What an answer is weighed by: its words, codes and stage."""

from __future__ import annotations

from sqmail_log.answers.lexicon import IDLE, SAME, TWO
from sqmail_log.answers.lists import ADDRESSES, DOMAINS, LINKS, TOKENS
from sqmail_log.answers.reply import NUMERIC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqmail_log.answers.reply import Reply

_KINDS = {ADDRESSES, DOMAINS, LINKS, NUMERIC}
"""Words of a reply that stand for a name."""
_EMPTY = """
message refused blocked try again later recipient sender user address to from for of by and or not you your it we our us
with can will be have any please sorry here access unable permission welcome action taken at in see http https smtp
esmtp mx server system ip due deliver problem verification only mta temporarily sending bounce bounced id no said
delivery delivered delivering command permitted failure permanent deferred error service
"""
EMPTY = frozenset(_EMPTY.split())
"""Words of which an answer may be made that tells no more than that something was refused."""


def signs(reply: Reply) -> set[str]:
    """Return each word once, as the lexicon spells it, and where and with which codes the answer came.

    These are more words than the lexicon's: no phrase has to hold them.
    Addresses, hosts, ids and what a URL names are none.
    """
    found = {word for word in reply.words.split() if word in _KINDS}
    found.update(spoken(reply))
    told = b" ".join(found - IDLE).decode("ascii", "replace").split()
    code = reply.code.decode("ascii", "replace")
    return {f"at {reply.stage}", f"code {code[:1]}", f"code {code}", f"status {reply.status}", *told}


def spoken(reply: Reply) -> list[bytes]:
    """Return all words in their order, as the lexicon spells them."""
    found = []
    for word in reply.raw:
        if word in SAME:
            found.append(SAME[word])
        elif word.isalpha():
            found += _spelled(word)
        elif b"@" not in word:
            parts = [part for part in word.strip(b".-").split(b"-") if part]
            # An id has parts of letters and digits.
            if all(part.isalpha() for part in parts):
                found += [spelled for part in parts for spelled in _spelled(part)]
    return found


def _spelled(word: bytes) -> list[bytes]:
    if len(word) == 1:
        return []
    if word in TOKENS:
        return [TOKENS[word][1]]
    return TWO[word].split() if word in TWO else [SAME.get(word, word)]
