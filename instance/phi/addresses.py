"""Streets with a number, postcodes, post boxes."""

import re
from collections.abc import Iterator

from instance.phi.findings import Finding, Type, block, warn
from instance.phi.words import Text, fold, listed

STATES = (
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM"
    " NY NC ND OH OK OR PA RI"
    " SC SD TN TX UT VT VA WA WV WI WY DC PR NSW VIC QLD SA TAS ACT NT ON QC BC AB MB SK NS NB"
    " NL PE YT NU".split()
)
STATE = "(?:" + "|".join(STATES) + ")"
LONG_STATE = r"(?:[A-Z][a-z]{3,12}(?:\s[A-Z][a-z]{3,10})?)"
TOWN = r"(?:[^\W\d_][\w'’.\-]{1,20}(?:\s[^\W\d_][\w'’.\-]{1,20}){0,2})"
NUMBERED = re.compile(
    r"(?<![\w.,/%])(?:(?:flat|apt\.?|apartment|unit|suite|ste|no\.?|house|block|blk|plot|lot"
    r"|door\sno\.?|h\.?\s?no\.?|#)\s?[A-Z]?\d{0,4}"
    r"[\w\-/]{0,5}[,\s]{1,2}){0,2}(\d{1,5}(?:[\-/]\d{1,4})?[A-Za-z]?)[,]?\s(?=(?:[^\W\d_]"
    r"|\d{1,3}(?:st|nd|rd|th)))",
    re.IGNORECASE,
)
ORDINAL = re.compile(
    r"(?:(?:[NSEW]{1,2}|north|south|east|west)\.?\s)?\d{1,3}(?:st|nd|rd|th)(?!\w)", re.IGNORECASE
)
REST = re.compile(
    rf"(?:[,\s]{{1,2}}(?:(?:apt|apartment|unit|flat|suite|ste|no)\.?\s?#?\w{{1,5}}|#\s?\w{{1,5}}))?"
    rf"(?:,\s?{TOWN})?(?:,\s?{TOWN})?(?:,?\s?{STATE}(?!\w)|,\s?{LONG_STATE})?"
    r"(?:,?\s?(?:[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|[A-Z]\d[A-Z]\s?\d[A-Z]\d"
    r"|\d{4,6}(?:-\d{4})?)(?!\w))?"
)
ZIP = re.compile(
    rf"(?<!\w)(?P<town>(?=[A-Z]){TOWN})?(?P<comma>,?\s){STATE}[\s,]{{1,2}}\d{{4,5}}(?:-\d{{4}})?(?!\w|[.,]\d)"
)
ZIP_CUED = re.compile(
    r"(?<!\w)(?:zip(?:\s?code)?|post\s?code|postal\scode|pin(?:\s?code)?|plz|cap|cep|eircode"
    r"|code\spostal|c[óo]digo\spostal)"
    r"[\s:.\-]{0,3}(?:is\s|of\s)?(?!\d{3}(?!\d))([A-Z\d]{3,8}(?:[\s\-][A-Z\d]{3,4})?)(?!\w)",
    re.IGNORECASE,
)
UK = re.compile(
    r"(?<![\w\-])(?:A[BL]|B[ABDHLNRST]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?"
    r"|H[ADGPRSUX]|I[GMPV]|JE|K[ATWY]|L[ADELNSU]?"
    r"|M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB|W[ACDFNRSV]?"
    r"|YO|ZE)\d[A-Z\d]?\s?\d"
    r"[ABD-HJLNP-UW-Z]{2}(?!\w)"
)
UK_TIGHT = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}")
CANADIAN = re.compile(
    r"(?<![\w\-])[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][\s\-]?\d[ABCEGHJ-NPRSTV-Z]\d(?!\w)"
)
EIRCODE = re.compile(r"(?<![\w\-])(?:[AC-FHKNPRTV-Y]\d{2}|D6W)\s[0-9AC-FHKNPRTV-Y]{4}(?!\w)")
DUTCH = re.compile(rf"(?<!\w)[1-9]\d{{3}}\s?[A-Z]{{2}}\s{TOWN}")
TOWN_CODED = re.compile(
    r"(?<![\w.,/])(?:[A-Z]{1,2}-)?\d{5}\s([A-ZÀ-Ý][a-zà-ÿ]{3,20}(?:[\s\-](?:am|an|der|sur"
    r"|[A-Z][a-zà-ÿ]{2,15})){0,3})"
    r"|(?<!\w)([A-Z][a-z]{3,15}(?:\s[A-Z][a-z]{3,12})?)[\s,–\-]{1,3}\d{3}\s?\d{3}(?!\w|[.,]\d)"
)
BOX = re.compile(
    r"(?<!\w)(?:p\.?\s?o\.?\s?box|post\soffice\sbox|postfach|bo[iî]te\spostale|apartado"
    r"|gpo\sbox)\s\w{1,8}(?:,\s\w{3,20})?",
    re.I,
)
ROAD_FIRST = re.compile(
    r"(?<!\w)(?:\d{1,4}(?:\s?(?:bis|ter))?,?\s)?(?:(?i:rue|avenue|boulevard|all[ée]e|chemin"
    r"|impasse|calle|avenida|avda\.?|paseo"
    r"|carrera|plaza|viale|piazza|corso|rua|travessa|jalan|jln\.?|lorong|ulica|ul\.|ulitsa)|Via"
    r"|Place|Bd|Av\.|Quai|Largo|Jl\.?|Strada|Str\.|C/|Cra\.?)\s(?:de\s(?:la\s|los\s"
    r"|l['’])?|du\s|des\s|del\s|della\s|d[oa]s?\s"
    r"|d['’])?[A-ZÀ-Ý][\w'’\-]{2,20}(?:\s[A-ZÀ-Ý][\w'’\-]{2,20}){0,2}(?:,?\s(?:n[°ºo.]{1,2}\s?)?\d{1,4}"
    r"[A-Za-z]?(?![\w%.]|\s?(?:mg|ml|h\b)))?(?:,\s(?:\d{4,6}\s)?[A-ZÀ-Ý][\w'’\-]{2,20})?",
)
DWELLING = re.compile(
    rf"(?<!\w)(?:[Ff]lat|[Aa]pt\.?|[Aa]partment|[Vv]illa"
    rf"|[Hh]ouse)\s(?:[Nn]o\.?\s?)?\d{{1,4}}[A-Za-z]?,\s(?=[A-Z]){TOWN}(?:,\s?(?=[A-Z]){TOWN}(?:\s\d{{1,2}})?)?"
)
GERMANIC = re.compile(
    r"(?<!\w)[A-ZÄÖÜ][a-zäöüß\-]{2,20}(?:stra(?:ss|ß)e|str\.|weg|gasse|platz|allee|straat|laan"
    r"|gracht|plein|kade|gatan|v[äa]gen|gata|veien|vej"
    r"|gade|katu|tie)\s\d{1,4}\s?[a-z]?(?![\w%]"
    r"|[.,]\d)(?:,\s(?:\d{3}\s?\d{1,2}\s(?:[A-Z]{2}\s)?)?[A-ZÀ-Ý][\w\-]{2,20})?"
)
JUST_STREET = re.compile(
    r"(?<!\w)(?:(?:lives?|living|lived|resid\w{2,4}|house|flat|home|address|corner|property|shop"
    r"|found|collapsed|stabbed|hit|crash\w{0,2}|accident"
    r"|collision)\s(?:is\s)?(?:on|at|in|of|near"
    r"|down)[\s:](?:the\s)?)((?:[A-Z][\w'’]{2,18}\s){1,3}(?:St(?:reet)?|R(?:oa)?d|Ave(?:nue)?"
    r"|Lane|Ln"
    r"|Drive|Dr|Close|Crescent|Court|Ct|Way|Place|Terrace|Boulevard|Blvd|Highway|Parkway|Square"
    r"|Gardens|Grove|Mews|Row|Walk))(?!\w)"
)
# A field of an address, whatever stands in it: two parts or more with a comma between.
_PART = r"[A-Z\d][\w.'’/\-]{0,25}(?:\s[A-Z\d][\w.'’/\-]{0,25}){0,4}"
FIELD = re.compile(
    rf"(?<!\w)(?i:home\saddress|address|addr\.?|residence|residing\sat|resides\sat|lives\sat"
    rf"|r/o(?=\s(?:vill|house|h\.|flat|plot|\d)))\s?[:\-]?\s({_PART}(?:,\s?{_PART}){{1,5}})"
)
# Houses of India, and roads with a number: "H.No. 4-5-123, Kondapur", "22, 3rd Cross, Jayanagar".
INDIAN = re.compile(
    rf"(?<!\w)(?:(?i:h\.?\s?no\.?|door\sno\.?|plot\sno\.?|d\.?\s?no\.?)\s?[\d/\-]{{1,12}}[A-Z]?"
    rf"|#?\d{{1,4}},\s\d{{1,2}}(?:st|nd|rd|th)\s(?:Cross|Main|Block|Phase|Stage|Street))(?:,\s?{_PART}){{1,4}}"
    rf"|(?<!\w)(?i:vill(?:age)?\.?)\s{_PART}(?:,\s(?:Dist|Teh|Taluk|PO|P\.O|District|Tehsil)\.?\s[A-Z]\w{{2,18}}){{1,3}}"
    r"|(?<!\w)(?:County|Rural|State|Farm)\s(?:Road|Route)\s\d{1,4}(?!\w)"
)
COORDINATES = re.compile(
    r"(?<![\w.,])[+\-]?\d{1,2}\.\d{3,8}\s?°?\s?[NS]?[,;/]?\s{1,2}[+\-]?\d{1,3}\.\d{3,8}\s?°?\s?[EWO]?(?![\w.]\d)"
    r"|(?<!\w)\d{1,2}°\s?\d{1,2}['′’][^\n]{0,12}?[NS],?\s\d{1,3}°\s?\d{1,2}['′’][^\n]{0,12}?[EW](?!\w)"
)
TOWN_BEFORE = re.compile(r"(?<!\w)[A-Z][\w'’\-]{2,24},\s$")
TYPES_AFTER = 5


def find(text: Text) -> Iterator[Finding]:
    for found in NUMBERED.finditer(text.raw):
        end = _street_end(text, found.end())
        if end is not None:
            rest = REST.match(text.raw, end)
            yield block(found.start(), rest.end() if rest else end, Type.LOCATION)
    for found in ZIP.finditer(text.raw):
        town = found["town"] or ""
        plain = town.split()[-1:] and town.split()[-1].lower() in listed("common", "common_more")
        if "," in found["comma"] or (town and not plain):
            start = found.start() + len(found[0]) - len(found[0].lstrip(" ,"))
            yield block(start, found.end(), Type.LOCATION)
    for expression in (ROAD_FIRST, GERMANIC, DWELLING, BOX):
        for found in expression.finditer(text.raw):
            if expression is not ROAD_FIRST or any(mark.isdigit() for mark in found[0]):
                yield block(found.start(), found.end(), Type.LOCATION)
    for expression in (FIELD, INDIAN, COORDINATES):
        for found in expression.finditer(text.raw):
            yield block(*found.span(found.lastindex or 0), Type.LOCATION)
    for found in JUST_STREET.finditer(text.raw):
        yield warn(found.start(1), found.end(1), Type.LOCATION)
    yield from _postcodes(text)


def _street_end(text: Text, begin: int) -> int | None:
    """The end of "Quarry Lane" after "17 ": up to four names and the kind of street."""
    ordinal = ORDINAL.match(text.raw, begin)
    position = ordinal.end() if ordinal else begin
    index = text.index_from(position)
    names = 1 if ordinal else 0
    for word in text.words[index : index + TYPES_AFTER]:
        gap = text.raw[position : word.start]
        if gap.strip(" .") or len(gap) > 3:
            return None
        kind = word.folded in listed("street_types")
        if (
            kind
            and names
            and (word.raw[0].isupper() or (names and text.words[index].raw[0].isupper()))
        ):
            if (
                word.folded in ("dr", "st", "ct", "view", "place", "path")
                and not word.raw[0].isupper()
            ):
                return None
            following = text.raw[word.end : word.end + 1]
            return word.end + (following == "." and word.folded in ("st", "rd", "ave", "dr", "ln"))
        if not word.raw[0].isupper() and word.folded not in ("of", "the", "and", "de", "la"):
            return _lower_street(text, index, position)
        if (
            word.folded in listed("common")
            and not names
            and word.folded not in listed("street_types", "given_words")
        ):
            if word.folded not in _STREETLIKE:
                return None
        names += 1
        position = word.end
    return None


_STREETLIKE = frozenset(
    "church school station high mill park king queen victoria north south east west green hill"
    " river lake garden bridge castle market spring main"
    " chapel temple tower field oak elm maple pine cedar water orchard stone wood silver golden"
    " red white black first second third old new the bay sea"
    " royal college university farm forest meadow sun star union liberty ocean port prince"
    " princess baker fisher smith miller butcher college cross".split()
)


def _lower_street(text: Text, index: int, position: int) -> int | None:
    """ "17 quarry lane": all in lower case, with a kind of street that is no other word."""
    for offset, word in enumerate(text.words[index : index + 4]):
        if offset and word.folded in (
            "street",
            "road",
            "lane",
            "avenue",
            "ave",
            "rd",
            "crescent",
            "boulevard",
            "terrace",
        ):
            return word.end
        plain = word.folded in listed("common") and word.folded not in _STREETLIKE
        if plain or text.breaks(position, word.end):
            return None
    return None


def _postcodes(text: Text) -> Iterator[Finding]:
    for found in ZIP_CUED.finditer(text.raw):
        if any(mark.isdigit() for mark in found[1]):
            yield block(found.start(1), found.end(1), Type.LOCATION)
    for found in UK.finditer(text.raw):
        kind = warn if UK_TIGHT.fullmatch(found[0]) else block
        before = TOWN_BEFORE.search(text.before(found.start(), 40))
        start = found.start() - len(before[0]) if before else found.start()
        yield kind(start, found.end(), Type.LOCATION)
    for found in CANADIAN.finditer(text.raw):
        tight = found[0].isalnum()
        if not tight or re.search(rf"\b(?:{STATE}|code:?)\s$", text.before(found.start(), 8)):
            yield block(found.start(), found.end(), Type.LOCATION)
    for found in EIRCODE.finditer(text.raw):
        if any(mark.isalpha() for mark in found[0][4:]) and any(
            mark.isdigit() for mark in found[0][4:]
        ):
            yield warn(found.start(), found.end(), Type.LOCATION)
    for found in DUTCH.finditer(text.raw):
        if found[0].rpartition(" ")[2].lower() in listed("places"):
            yield block(found.start(), found.end(), Type.LOCATION)
    for found in TOWN_CODED.finditer(text.raw):
        town = fold(found[1] or found[2]).replace("-", " ")
        if town in listed("places") or town.split()[0] in listed("places"):
            yield block(found.start(), found.end(), Type.LOCATION)
