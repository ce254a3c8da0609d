"""What looks like an identifier and is medicine: codes, variants, citations, units, scores."""

import re
from bisect import bisect_right

from instance.phi.words import Text

CODES = re.compile(
    r"(?<!\w)(?:"
    r"10\.\d{4,9}/[^\s,;]+"
    r"|(?:PMID|PMCID|PMC|NCT|ISRCTN|EudraCT|ACTRN|ChiCTR|CTRI|UMIN|DRKS|JPRN|LOINC|SNOMED(?: ?CT)?"
    r"|ICD-?(?:9|10|11)?(?:-CM)?|CPT|HCPCS|DRG|ATC|NDC|OMIM|MIM|ORPHA|ORCID|ISBN|ISSN|RxNorm|CAS"
    r"|dbSNP|GenBank|PROSPERO|CRD|FDA|CFR|USC|OPCS|MBS|PBS|READ|DIN|PZN|doi|ACR|RRID)"
    r"(?:[\s:#.,\-]|[Nn]o|[Cc]odes?|[Nn]umber|of){0,6}[\dA-Z][\w./\-]*"
    r"|rs\d{3,}|(?:NM|NP|NC|NG|NR|XM|ENST|ENSG)_?\d{4,}\S*"
    r"|[cgmnpr]\.[\w*>+\-()=?]+"
    r"|HLA-?\S+"
    r"|4[5-9],?\s?X[\w,;()+\-?]*"
    r"|(?:19|20)\d\d\s?;\s?\d+(?:\(\w+\))?\s?:\s?[eE]?\d+(?:[\-–]\d+)?"
    r"|(?:vol|pp?|pages?)\.?\s?\d+(?:[\-–]\d+)?"
    r"|(?:BMS|MK|AZD|GSK|PF|LY|ABT|ABBV|CT-P|RO|RG|SAR|BAY|BI|GS|AMG|REGN|ONO|JNJ|TAK|MEDI|CNTO|VX"
    r"|ALN|ISIS|PD|NVP|BIIB|CC|DS|SHR|HLX|IBI|MBX|TG|UCB|ALKS|BLU|LOXO)[\- ]?\d{3,}\w*"
    r"|[A-Z]{2,8}\d?[\- ][A-Z]?\d{1,3}[A-Z]?(?=\s(?:trial|study|criteria|score|protocol|regimen))"
    r")"
)
UNIT = re.compile(
    r"\s?(?:%|°|x\s?10|×\s?10|/\s?(?:mm|L\b|dL|d\b|h|min|µ|u|kg|ml|m2|HPF|hpf)"
    r"|(?:mg|mcg|µg|ug|g|kg|lbs?|ml|cc|dl|l|mmol|µmol|umol|nmol|pmol|iu|u|units?|mmhg|bpm|cm|mm|m"
    r"|km"
    r"|copies|cells|ng|pg|fl|meq|mosm|hz|khz|mhz|kpa|psi|fr|french|gauge|gy|cgy|msv|kcal|kj|steps"
    r"|joules?|j|watts?|ms|msec|sec|secs|seconds?|mins?|minutes?|hrs?|hours?|puffs?|tabs?|tablets?"
    r"|caps?|drops?|vials?|doses?|pack|packs|litres?|liters?|platelets|leuco\w{0,8}|leuko\w{0,8}"
    r"|d|days?|wks?|weeks?|mo|months?|times)(?![\w/]))",
    re.IGNORECASE,
)
EXAM = frozenset(
    "power strength mrc pain vas nrs apgar moca mmse mocha gcs avpu vision va acuity snellen score"
    " scored scoring scale rated rating graded grade reflexes reflex pulses pulse murmur bp npi"
    " bipap cpap epap ipap peep nyha itch nausea rass cam phq gad audit dlqi pasi abbey asa aims"
    " flexion extension abduction adduction dorsiflexion plantarflexion grip deltoid biceps triceps"
    " quads hamstrings iliopsoas ul ll ue le rue lue rle lle minicog slums ace ratio titre titer"
    " dilution jvp thrill gleason dvt wells curb perc stop bang cha has heart timi grace meld"
    " criteria bristol tenderness mobility orientation recall attention units insulin nph lantus"
    " mix premix humulin novomix ratio sats spo fio cores nodes lymph slices views leads kicks"
    " contractions dilated weakness proximal distal stage icans crs mayo sofa qsofa news"
    " mews".split()
)
LABS = frozenset(
    "hb hgb wbc wcc plt plts platelets cr creat creatinine na k bun urea crp esr ast alt alp ggt"
    " bili bilirubin inr trop troponin lactate ferritin glucose bm bsl bg egfr ck ldh alb albumin"
    " psa tsh hba1c mcv neut neuts lymphs eos anc ca mg po4 phos ph pco2 po2 hco3 hr rr map ddimer"
    " bnp ntprobnp hcg afp cea amh lh fsh pth cd4 vl titre titer ana ige igg iga igm".split()
)
EXAM_AFTER = re.compile(
    r"\s?(?:power|strength|pain|units?|reflexes|murmur|systolic|in (?:all|both|the)|throughout"
    r"|bilat|prox|dist|m?mud|hla|match|sib|donor|on (?:mrc|vas|nrs|snellen)|positive|nodes|cores"
    r"|criteria|at \d+ ?min|weak)",
    re.IGNORECASE,
)


class Clinical:
    """The stretches of a text that are codes of medicine."""

    def __init__(self, text: Text) -> None:
        spans = [found.span() for found in CODES.finditer(text.raw)]
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def covers(self, start: int) -> bool:
        place = bisect_right(self._starts, start) - 1
        return place >= 0 and self._ends[place] > start


def has_unit(text: Text, end: int) -> bool:
    return UNIT.match(text.raw, end) is not None


def of_an_examination(text: Text, start: int, end: int) -> bool:
    """A number over a number that a score, a strength or a dose would be written as."""
    near = text.words_before(start, 4)
    return not EXAM.isdisjoint(near) or EXAM_AFTER.match(text.raw, end) is not None
