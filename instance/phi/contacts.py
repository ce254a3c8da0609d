"""How to reach someone: telephone and fax numbers, mail, links, network addresses, accounts."""

import ipaddress
import re
from collections.abc import Iterator
from itertools import pairwise

from instance.phi.clinical import Clinical, has_unit
from instance.phi.findings import Finding, Severity, Type, block, warn
from instance.phi.words import Text, listed

EMAIL = re.compile(
    r"(?<![\w.+\-@])[\w.+\-%']{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,5}"
)
SPOKEN_EMAIL = re.compile(
    r"(?<![\w.])[\w.\-]{2,40}(?:\s(?:dot|\.)\s\w{1,30}){0,3}\s?(?:\[at\]|\(at\)|\{at\}|\sat\s"
    r"|\s@\s|@\s)"
    r"\s?[\w\-]{2,40}(?:\s?(?:\[dot\]|\(dot\)|\sdot\s|\.)\s?[A-Za-z]{2,12}){1,3}(?!\w)",
    re.IGNORECASE,
)
POSTMASTERS = re.compile(
    r"gmail|yahoo|hotmail|outlook|icloud|aol|proton|nhs|live|msn|gmx|web|mail|rediff|\[at\]"
    r"|\(at\)|dot",
    re.IGNORECASE,
)
# Any scheme, a link without one, a share, a file of somebody's own.
LINK = re.compile(
    r"(?<![\w:/\\])(?:(?:[a-z]\w{1,11}://(?=[\w\[])|//(?=[\w\-]{1,63}\.\w))|\\\\(?=\w)|[A-Z]:\\(?=\w))[^\s<>\"”)\]]{3,400}",
    re.IGNORECASE,
)
BARE_LINK = re.compile(
    r"(?<![\w@./\-])(?:www\.)?[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){0,4}\."
    r"(?:com|org|net|edu|gov|info|co|io|me|uk|us|ca|au|nz|ie|in|de|fr|es|it|nl|eu|ly|app|health|int"
    r"|example|local|tv|gle|be|page|blog|care)(?![\w@])(?:[:/?#][^\s<>\"”)\],;]{0,300})?",
)
IPV4 = re.compile(
    r"(?<![\w.])\d{1,3}(?:(?:\.|\[\.\])\d{1,3}){3}(?::\d{1,5})?(?:/\d{1,2})?(?![\w.]\d|\w)"
)
IPV6 = re.compile(r"(?<![\w:.])[\da-fA-F]{0,4}(?::[\da-fA-F]{0,4}){2,7}(?:/\d{1,3})?(?![\w:])")
VERSION = re.compile(
    r"(?:\bv|ver\w{0,5}|section|sec|§|chapter|release|firmware|software|dicom)\.?\s?$", re.I
)
# An address of a colleague here, @name@host, is none.
HANDLE = re.compile(r"(?<![\w@./])@[A-Za-z][\w.]{2,29}(?![\w.@\-])")
NETWORKS = (
    r"(?:insta(?:gram)?|ig|face\s?book|fb|messenger|twitter|x\.com|tiktok|tik\stok|snap(?:chat)?"
    r"|linkedin"
    r"|reddit|discord|telegram|signal|whats\s?app|wechat|weibo|youtube|strava|skype|linked\sin"
    r"|threads"
    r"|bluesky|mastodon|paypal|zelle|revolut|gofundme|caringbridge|venmo|cash\s?app|twitch|onlyfans|gamertag|psn|xbox)"
)
NETWORKED = re.compile(
    rf"(?<!\w){NETWORKS}(?:\s(?:handle|name|username|user|account|profile|page|id|group|channel"
    rf"|is|as"
    r"|under|at)){0,3}[\s:=\-]{1,3}(?:is\s)?[\"'“‘]?(@?[A-Za-z0-9][\w.\-]{2,40})",
    re.IGNORECASE,
)
USERNAME = re.compile(
    r"(?<!\w)(?:user\s?name|userid|user\sid|login|screen\sname|handle|gamer\s?tag"
    r"|nick(?:name)?\sonline)"
    r"[\s:=]{1,3}(?:is\s)?[\"'“‘]?(@?[A-Za-z0-9][\w.\-]{2,40})",
    re.IGNORECASE,
)
REDDIT = re.compile(r"(?<![\w/])/?u/[A-Za-z][\w\-]{2,20}(?!\w)")
SECRET = re.compile(
    r"(?<!\w)(?:password|passcode|passwd|pwd|login|log-in)(?:\sis)?\s?[:=]\s?((?=\S{0,39}[\d._@!])\S{4,40})",
    re.IGNORECASE,
)
# The mark of a payment in India (UPI), which looks like a mail address without its end.
PAYMENT = re.compile(
    r"(?<![\w.+\-@])[\w.\-]{2,40}@(?:ok(?:axis|sbi|icici|hdfcbank)|ybl|paytm|upi|ibl|axl|apl)(?![\w.])"
)
_DIGIT = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
SPELT = re.compile(rf"(?<!\w){_DIGIT}(?:[\s,\-]{{1,2}}{_DIGIT}){{6,14}}(?!\w)", re.IGNORECASE)
# The second half of seven begins with 0: no range of values does.
LOCAL = re.compile(r"(?<![\w.,/+\-=])[2-9]\d\d[\-–]0\d{3}(?![\w%]|[.,/\-]\d)")
LETTERED = re.compile(r"(?<![\w.,/\-])(?:1-)?[2-9]\d\d-(?:\d{3}-[A-Z]{4}|[A-Z]{7})(?!\w)")
NUMBER = r"\+?\(?\d[\d().\-–/\s]{2,22}\d"
CUED = re.compile(
    r"(?<!\w)(?P<cue>tele(?:phone|fax|fono|fon|foon)?|tel(?:\sno|\snr)?|t[ée]l[ée]phone|tél|tlf"
    r"|phone"
    r"|ph|mobile|mob|mbl|cell(?:phone|ular)?|celular|m[óo]vil|portable|handphone|hp|hotline"
    r"|landline|home|work"
    r"|office|contact|call(?:ing|ed|back|s)?|ring|rang|dial|text(?:ed|s|ing)?|txt|sms|whats\s?app"
    r"|wa|reach(?:ed"
    r"|able)?|fax(?:ed|es|ing)?|facsimile|beep(?:er)?|bleep|pager|paged?|dect|ext(?:ension|n)?"
    r"|voicemail"
    r"|helpline|numero|número|handynummer|handy|telefone|☎|📞|📱)(?!\w)"
    r"(?P<between>[\s:.=#(\-–/,]{0,4}(?:(?:no|num|number|nr|is|was|on|at|me|us|him|her|them|his"
    r"|the|my|via"
    r"|to|for|back|consent|results?|report|letter|home|work|mobile|cell|fax|phone|daughter|son|wife"
    r"|husband|mother|mum|mom|father|dad|carer|nok|family|ward|gp|it|or|and|also|number:|line"
    r"|details|best"
    r"|please|pls|office|direct|under|of|this|over|records|copy|patient|pt|anytime|sister|brother"
    r"|her:)"
    r"(?!\w)[\s:.=#(\-–/,]{0,3}){0,6})"
    rf"(?P<number>{NUMBER}(?:\s?(?:x|ext\.?|extn\.?)\s?\d{{2,6}})?)",
    re.IGNORECASE,
)
SHORT_CUES = frozenset("bleep beep beeper pager page paged dect ext extension extn".split())
VAGUE_CUES = frozenset(
    "home work office contact call calls called calling callback ring rang dial".split()
)
PLAIN = re.compile(
    r"(?<![\w.,/+\-=])(?:"
    r"\+\d{1,3}[\s.\-]?(?:\(0?\d{1,5}\)[\s.\-]?)?\d{1,5}(?:[\s.\-/]?\d{2,5}){1,5}"
    r"|\(0\)\d{2,4}[\s.\-]?\d{3,4}[\s.\-]?\d{3,4}"
    r"|00\d{1,3}[\s.\-]\d{1,4}(?:[\s.\-]?\d{2,5}){2,4}"
    r"|(?:\+?1[\s.\-]?)?\([2-9]\d\d\)[\s.\-]{0,2}\d{3}[\s.\-–]?\d{4}"
    r"|(?:1[\s.\-])?[2-9]\d\d(?:[.\-–/\s]\s?|\s[\-–]\s)\d{3}(?:[.\-–\s]|\s[\-–]\s)\d{4}"
    r"|\(0\d{1,5}\)[\s.\-]?\d{2,8}(?:[\s.\-]?\d{2,5}){0,3}"
    r"|0[1-9]\d{0,4}(?:[\s./\-]\d{2,8}){1,4}|0[1-9]\d{8,10}|[6-9]\d{4}[\s\-]\d{5}|[6-9]\d{9}"
    r"|[2-9]\d\d[2-9]\d{6}|1[38]00[\s\-]\d{3}[\s\-]?\d{3,4}|\(\d{2}\)\s?9?\d{4}[\s\-]\d{4}"
    r")(?:\s?(?:x|ext\.?|extn\.?)\s?\d{2,6})?(?![\w%]|[.,:/\-]\d)",
    re.IGNORECASE,
)


def find(text: Text, clinical: Clinical) -> Iterator[Finding]:
    for expression in (EMAIL, SPOKEN_EMAIL):
        if expression is EMAIL and "@" not in text.raw:
            continue
        for found in expression.finditer(text.raw):
            if expression is EMAIL or POSTMASTERS.search(found[0]):
                yield block(found.start(), found.end(), Type.EMAIL)
    yield from _links(text, clinical)
    yield from _addresses(text)
    yield from _accounts(text)


def telephones(text: Text, clinical: Clinical) -> Iterator[Finding]:
    """Asked after the dates and the check digits: many of their numbers look like these."""
    for found in CUED.finditer(text.raw):
        number = found["number"].rstrip("( .-/–\n")
        number = number.partition("\n")[0].rstrip()
        digits = sum(mark.isdigit() for mark in number)
        cue = found["cue"].lower().split()[0]
        least = 3 if cue in SHORT_CUES else 7 if cue in VAGUE_CUES else 5
        if not least <= digits <= 17 or has_unit(text, found.start("number") + len(number)):
            continue
        words = (found["cue"] + " " + found["between"]).lower()
        kind = Type.FAX if "fax" in words or "facsimile" in words else Type.PHONE
        yield block(found.start("number"), found.start("number") + len(number), kind)
    for expression in (SPELT, LOCAL, LETTERED):
        for found in expression.finditer(text.raw):
            if not clinical.covers(found.start()) and not has_unit(text, found.end()):
                yield block(found.start(), found.end(), Type.PHONE)
    for found in PLAIN.finditer(text.raw):
        digits = sum(mark.isdigit() for mark in found[0])
        if not 9 <= digits <= 17 or clinical.covers(found.start()) or has_unit(text, found.end()):
            continue
        if _is_a_row_of_numbers(found[0]):
            continue
        kind = Type.FAX if "fax" in text.words_before(found.start(), 3) else Type.PHONE
        yield block(found.start(), found.end(), kind)


def _is_a_row_of_numbers(number: str) -> bool:
    """ "05 10 15 20 25": results that rise or fall by steps, not a number anyone dials."""
    parts = re.split(r"[\s./\-]", number)
    if len(parts) < 4 or len({len(part) for part in parts}) != 1 or not "".join(parts).isdigit():
        return False
    values = [int(part) for part in parts]
    steps = {after - before for before, after in pairwise(values)}
    padded = parts[0][0] == "0"  # as telephones in Europe, and only tables otherwise
    ordered = values == sorted(values) or values == sorted(values, reverse=True)
    return ordered and (len(steps) == 1 or not padded)


def _links(text: Text, clinical: Clinical) -> Iterator[Finding]:
    for expression in (LINK, BARE_LINK):
        if expression is LINK and "//" not in text.raw and "\\" not in text.raw:
            continue
        for found in expression.finditer(text.raw):
            link = found[0].rstrip(".,;:!?'")
            if expression is BARE_LINK and not _is_a_link(link):
                continue
            host, _, path = link.partition("://")[2 if "://" in link else 0].partition("/")
            host = host.partition("?")[0].partition(":")[0].lower().removeprefix("www.")
            if _is_literature(host) or clinical.covers(found.start()):
                continue
            severity = (
                Severity.BLOCK
                if re.search(r"[\d?=@#]|\w{4}/\w", path + link[len(host) + 8 :])
                else None
            )
            severity = severity or (Severity.BLOCK if _is_social(host) and path else Severity.WARN)
            yield Finding(found.start(), found.start() + len(link), Type.URL, severity, "")


def _is_a_link(link: str) -> bool:
    """A bare "word.word" is one only with www, a path, or an ending nothing else has."""
    host = link.partition("/")[0]
    ending = host.rpartition(".")[2]
    return (
        link.startswith("www.")
        or "/" in link
        or (ending in ("com", "org", "net", "edu", "gov", "uk", "example", "io") and len(host) > 6)
    )


def _is_literature(host: str) -> bool:
    labels = host.split(".")
    return any(".".join(labels[begin:]) in listed("hosts") for begin in range(len(labels) - 1))


def _is_social(host: str) -> bool:
    return any(
        host.endswith(name)
        for name in (
            "facebook.com",
            "instagram.com",
            "twitter.com",
            "x.com",
            "linkedin.com",
            "fb.com",
        )
    )


def _addresses(text: Text) -> Iterator[Finding]:
    for found in IPV4.finditer(text.raw):
        octets = re.findall(r"\d+", found[0])[:4]
        if all(int(octet) < 256 for octet in octets) and not VERSION.search(
            text.before(found.start(), 12)
        ):
            yield block(found.start(), found.end(), Type.IP)
    for found in IPV6.finditer(text.raw):
        address = found[0].partition("/")[0]
        if len(address) < 6 or not re.search(r"[\da-fA-F]{3}", address):
            continue
        try:
            ipaddress.IPv6Address(address)
        except ValueError:
            continue
        yield block(found.start(), found.end(), Type.IP)


def _accounts(text: Text) -> Iterator[Finding]:
    if "@" in text.raw:
        for found in HANDLE.finditer(text.raw):
            yield warn(found.start(), found.start() + len(found[0].rstrip(".")), Type.OTHER)
        for found in PAYMENT.finditer(text.raw):
            yield block(found.start(), found.end(), Type.ACCOUNT)
    for found in REDDIT.finditer(text.raw):
        yield warn(found.start(), found.end(), Type.OTHER)
    for found in SECRET.finditer(text.raw):
        yield block(found.start(1), found.end(1), Type.OTHER)
    for expression in (NETWORKED, USERNAME):
        for found in expression.finditer(text.raw):
            name = found[1].rstrip(".-")
            if name.isdigit():
                continue
            if name.startswith("@") or any(mark in "._0123456789" for mark in name):
                yield block(found.start(1), found.start(1) + len(name), Type.OTHER)
