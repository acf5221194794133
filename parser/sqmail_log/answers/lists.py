"""Names of block lists and of those who keep one, from hosts, URLs and words of answers."""

from __future__ import annotations

ADDRESSES = b"iplist"
"""Stands in an answer's words for the name of a list of addresses."""
DOMAINS = b"domainlist"
"""Stands there for the name of a list of domains, of senders as well as in links."""
LINKS = b"linklist"
"""Stands there for the name of a list of domains that are in links of spam."""

_NAMES: dict[bytes, dict[str, str]] = {
    ADDRESSES: {
        "Spamhaus": "spamhaus xbl sbl pbl shxbl",
        "SpamCop": "spamcop",
        "Barracuda": "barracudacentral brbl",
        "SORBS": "sorbs",
        "UCEPROTECT": "uceprotect ucebl",
        "Abusix": "abusix abusixip",
        "Invaluement": "invaluement ivmsip ivmsip24",
        "NiX Spam": "manitu nixspam ixdnsbl",
        "Backscatterer": "backscatterer",
        "PSBL": "psbl surriel",
        "Mailspike": "mailspike",
        "CBL": "abuseat cbl",
        "GBUdb": "gbudb",
        "SpamRATS": "spamrats",
        "Hostkarma": "hostkarma junkemailfilter",
        "DroneBL": "dronebl",
        "NJABL": "njabl",
        "SPFBL": "spfbl",
        "s5h": "s5h",
        "Lashback": "lashback",
        "WPBL": "wpbl",
        "Blocklist.de": "blocklistde",
        "SpamRL": "spamrl",
        "Senderscore": "senderscore",
        "Cloudmark": "cloudmark",
        "Trend Micro": "trendmicro",
        "IBM Cobion": "cobion",
        "Hosted Email": "urbl",
        "DSBL": "dsbl",
        "DRBL": "drbl",
        "ORDB": "ordb",
        "Symantec": "ipremoval",
        "Proofpoint": "ipcheck",
        "AHBL": "ahbl",
        "Anonmails": "anonmails",
    },
    DOMAINS: {"Spamhaus": "dbl", "Invaluement": "ivmuri"},
    LINKS: {"SURBL": "surbl", "URIBL": "uribl"},
}
# What tells nothing by itself, without a dot.
_ONLY_LABELS = {b"cloudmark", b"trendmicro", b"manitu", b"surriel", b"ipcheck", b"ipremoval"}

LABELS: dict[bytes, tuple[str, bytes]] = {
    label.encode(): (name, kind)
    for kind, names in _NAMES.items()
    for name, labels in names.items()
    for label in labels.split()
}
"""What a part of a host's name tells: the list, and the word that stands for its kind."""
TOKENS = {label: told for label, told in LABELS.items() if label.isalpha() and label not in _ONLY_LABELS}
"""What a word by itself tells."""

HOSTS = {
    b"openspf": b"spf",
    b"arpa": b"rdns",
    **dict.fromkeys((b"bl", b"dnsbl", b"rbl", b"blacklist", b"blocklist", b"spamblock", b"blackholes"), b"blacklist"),
    **dict.fromkeys((b"exe", b"scr", b"pif", b"bat", b"vbs", b"cmd", b"docm", b"xlsm"), b"attachment"),
    **dict.fromkeys((b"trojan", b"worm", b"win32", b"w32", b"heuristics"), b"virus"),
}
"""Parts of names of hosts, files and viruses that tell another word."""

PROVIDERS = (
    (b"proofpoint", "Proofpoint"),
    (b"cloudmark", "Cloudmark"),
    (b"trend_micro", "Trend Micro"),
    (b"trendmicro", "Trend Micro"),
    (b"mail-abuse.com", "Trend Micro"),
    (b"mimecast", "Mimecast"),
    (b"symantec", "Symantec"),
    (b"messagelabs", "Symantec"),
    (b"barracuda", "Barracuda"),
    (b"senderbase", "Cisco"),
    (b"talosintelligence", "Cisco"),
    (b"ironport", "Cisco"),
    (b"iphmx", "Cisco"),
    (b"sending_mta's_poor_reputation", "Cisco"),
    (b"senderscore", "Senderscore"),
    (b"sender_score", "Senderscore"),
    (b"return_path", "Senderscore"),
    (b"fortiguard", "Fortinet"),
    (b"sonicwall", "SonicWall"),
    (b"sophos", "Sophos"),
    (b"cloudflare", "Cloudflare"),
    (b"mailchannels", "MailChannels"),
    (b"earthlink", "EarthLink"),
    (b"gsmtp", "Google"),
    (b"google.com", "Google"),
    (b"outlook.com", "Microsoft"),
    (b"office.com", "Microsoft"),
    (b"microsoft.com", "Microsoft"),
    (b".live.com", "Microsoft"),
    (b"hotmail", "Microsoft"),
    (b"part_of_their_network_is_on_our_block_list", "Microsoft"),
    (b"banned_sending_ip", "Microsoft"),
    (b"yahoo", "Yahoo"),
    (b"aol.com", "Yahoo"),
    (b"[tss", "Yahoo"),
    (b"[ts0", "Yahoo"),
    (b"apple.com", "Apple"),
    (b"t-online", "T-Online"),
    (b"gmx", "GMX and web.de"),
    (b"web.de", "GMX and web.de"),
    (b"kundenserver", "IONOS"),
    (b"ionos", "IONOS"),
    (b"ofr_", "Orange"),
    (b"ofr0", "Orange"),
    (b"orange.fr", "Orange"),
    (b"laposte", "La Poste"),
    (b"free.fr", "Free"),
    (b"comcast", "Comcast"),
    (b"aup#", "Charter or Cox"),
    (b"charter", "Charter or Cox"),
    (b"cox.", "Charter or Cox"),
    (b"attrbl", "AT&T"),
    (b"abuse-att", "AT&T"),
    (b"att.net", "AT&T"),
    (b"qq.com", "QQ"),
    (b"163.com", "NetEase"),
    (b"mail.ru", "Mail.ru"),
    (b"yandex", "Yandex"),
    (b"zoho", "Zoho"),
    (b"kpn", "KPN"),
    (b"libero", "Libero"),
    (b"secureserver", "GoDaddy"),
    (b"emailsrvr", "Rackspace"),
    (b"vadesecure", "Vade"),
)
"""Who keeps a list of his own, by what an answer of his holds, lower case."""
