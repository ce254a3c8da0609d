"""What no list of names holds and a neighbour would know: roles, fame, beds, marks on the body."""

import re
from collections.abc import Iterator

from instance.phi.findings import Finding, Type, warn
from instance.phi.words import Text

ROLE = (
    r"(?:mayor(?:ess)?|deputy\smayor|senators?|congress(?:man|woman)|governor|president"
    r"|prime\sminister|minister"
    r"|ministers|councill?or|sheriff|judge|magistrate|ambassador|bishop|archbishop|imam|rabbi"
    r"|vicar|pastor|priest"
    r"|abbot|police\schief|fire\schief|chief\sof\spolice|chieftain|village\s(?:chief|head)"
    r"|headmaster|headmistress"
    r"|head\s?teacher|principal|postmaster|postmistress|lighthouse\skeeper|coroner|mp\b|mep\b"
    r"|msp\b|ceo"
    r"|town\sclerk|harbou?r\s?master|ranger|midwife|vet|pharmacist|blacksmith|ferryman|undertaker"
    r"|baker|butcher"
    r"|priest|tv\s\w{4,12}|news\s?(?:reader|anchor|caster)|weather(?:man|\sgirl|\spresenter)"
    r"|radio\s(?:host"
    r"|presenter|dj)|king|queen|prince|princess|duke|duchess|sultan|sheikh)"
)
PERSON = (
    r"(?:person|man|woman|boy|girl|child|doctor|gp|physician|nurse|teacher|dentist|vet|farmer"
    r"|family|student|pupil"
    r"|patient|survivor|resident|pilot|diver|nun|monk|trans\s\w{3,6}|wheelchair\suser|amputee"
    r"|twins?|triplets"
    r"|granddaughter|grandson|daughter|son|sikh|muslim|jewish\s\w{3,8}|black\s\w{3,8}"
    r"|chinese\s\w{3,8}|female\s\w{3,12}"
    r"|male\s\w{3,12}|member|employee|firefighter|police\s?(?:man|woman|officer)|surgeon|midwife"
    r"|one|case|driver)"
)
# Each with the words of which a text has one where it can match: few texts have any.
TRAITS = tuple(
    (frozenset(words.split()), re.compile(expression, re.IGNORECASE))
    for words, expression in (
        # The only one, the first, the last, the youngest, of a place.
        (
            "only sole first last youngest oldest tallest heaviest lone",
            rf"(?<!\w)(?:the\s|our\s|her\s|his\s)?(?:(?:village|town|island|county|state|country|city"
            rf"|region|area|school|world)"
            rf"['’]?s\s)?(?:only|sole|first|last|youngest|oldest|tallest|heaviest|lone)\s(?:known\s"
            rf"|living\s|surviving\s"
            rf"|female\s|male\s)?{PERSON}\s(?:in|of|on|at|from|ever"
            rf"|with\sthis\sdisease\sin)\s(?:the\s|our\s|this\s|her\s|his"
            r"\s)?(?:village|town|island|county|state|country|city|region|area|school|world|district"
            r"|parish|family\sto|[A-Z]\w{2,20})",
        ),
        (
            "only sole first last",
            r"(?<!\w)the\s(?:only|first|last|sole)\s(?:\w{3,14}\s){1,4}(?:in|of|on|at)\s(?:the|our"
            r"|this|her|his)\s(?:whole\s|entire\s)?(?:village|town|island|county"
            r"|state|country|city|region|school|district|parish|valley|community|congregation|factory"
            r"|battalion|regiment|prison|tribe)(?!\w)",
        ),
        # Somebody's, where the somebody is known to all.
        (
            "the our a former ex local retired current sitting deputy",
            rf"(?<!\w)(?:the|our|a\sformer|former|ex-?|local|retired|current|sitting"
            rf"|deputy)\s(?:\w{{3,12}}\s)?{ROLE}(?:['’]s"
            r"\s(?:only\s)?(?:\w{3,12}\s)?(?:wife|husband|son|daughter|granddaughter|grandson|mother"
            r"|father|child|brother|sister"
            r"|partner|nephew|niece)|\s(?:of|for|in|at)\s(?:the\s|our\s|this\s)?\w{3,20})",
        ),
        (
            "the our",
            rf"(?<!\w)(?:the|our)\s(?:town|village|city|local|county|island"
            rf"|state)['’]?s?\s(?:only\s)?{ROLE}(?!\w)",
        ),
        (
            "son daughter wife husband mother father brother sister widow nephew niece "
            "grandson granddaughter",
            r"(?<!\w)(?:son|daughter|wife|husband|mother|father|brother|sister|widow|nephew|niece"
            r"|grandson|granddaughter)\sof"
            r"\s(?:the|a|our)\s(?:\w{3,12}\s)?(?:mayor|senator|governor|president|minister|judge"
            r"|celebrity|footballer|player|singer"
            r"|actor|actress|politician|mp|bishop|chief|king|star|striker|captain|coach|pastor"
            r"|imam)(?!\w)",
        ),
        # Known from newspapers and screens.
        (
            "known well-known famous celebrity celebrated prominent renowned profile high- "
            "profile household",
            r"(?<!\w)(?:well[\s\-]known|famous|celebrity|celebrated|prominent|renowned"
            r"|high[\s\-]profile|household\sname)\s(?:\w{2,14}"
            r"\s)?(?:singer|actor|actress|footballer|player|athlete|politician|chef|author|writer"
            r"|musician|presenter|comedian|model"
            r"|youtuber|influencer|rapper|businessman|businesswoman|family|person|figure|journalist"
            r"|surgeon|lawyer|artist|dj|pianist"
            r"|violinist|boxer|wrestler|cricketer|golfer|activist|preacher|locally|in\s\w{3,12})",
        ),
        (
            "news newspaper newspapers headlines tv television papers paper page press bbc "
            "cnn viral media",
            r"(?<!\w)(?:(?:was|is|been|were|appeared|featured|he['’]s|she['’]s|all\sover|reported"
            r"|made|story)\s(?:in|on|over|it\sto)?"
            r"\s?(?:the\s)?(?:local\s|national\s|evening\s|regional\s)?(?:news(?:paper|papers)?"
            r"|headlines|tv|television|papers|front"
            r"\spage|press|bbc|cnn)(?!\w)|in\sthe\s(?:local\s|national\s)?(?:news(?:paper|papers)?"
            r"|headlines|papers?)(?!\w)|went\sviral"
            r"|viral\s(?:video|post|tiktok)|made\s(?:the\s)?headlines|press\scoverage"
            r"|media\s(?:coverage|attention|interest)"
            r"|news\s(?:coverage|story|report)\b)",
        ),
        (
            "olympic olympian paralympian nobel grammy grammys oscar oscar-winning world "
            "lottery league nfl nba nhl mlb ipl afl national miss",
            r"(?<!\w)(?:olympi(?:c|an)\s(?:\w{3,12}\s)?(?:medal\w{0,4}|champion|swimmer|runner"
            r"|athlete|rower|gymnast|cyclist|team\w{0,4})"
            r"|olympian|paralympian|nobel\s\w{4,9}|grammy\w{0,12}|oscar[\s\-]win\w{0,5}"
            r"|world\s(?:record|champion)\w{0,7}|lottery\swinner"
            r"|(?:premier\sleague|nfl|nba|nhl|mlb|ipl|afl)\s(?:\w{3,12}\s)?(?:player|footballer|star"
            r"|coach|quarterback|goalkeeper|striker"
            r"|bowler|batsman|referee)|national\steam\s\w{4,12}|miss\s(?:world|universe"
            r"|teen\s\w{2,10}))",
        ),
        (
            "survivor survivors",
            r"(?<!\w)(?:sole|only|lone|last)\s(?:surviving\s|known\s)?(?:survivors?"
            r"|survivor\sof)\s(?:of|from|in)\s(?:the\s)?\w{3,20}(?:\s\w"
            r"{3,20})?",
        ),
        (
            "drum bell bellringer crier queen captain",
            r"(?<!\w)(?:drum\smajor|bell\s?ringer|town\scrier|homecoming\squeen|prom\squeen"
            r"|beauty\squeen|football\scaptain|captain\sof"
            r"\s(?:the|our|his|her)\s\w{3,20})(?:\s(?:of|at|in)\s(?:the\s)?\w{3,20})?",
        ),
        (
            "world country county state town island astronaut supermodel star anchor ex- "
            "president known",
            r"(?<!\w)(?:world|country|county|state|town|island)['’]s\s(?:oldest|youngest|tallest"
            r"|heaviest|first|only|smallest)\s\w{3,14}"
            r"|(?<!\w)(?:astronaut|supermodel|rock\sstar|pop\sstar|film\sstar|movie\sstar|tv\sstar"
            r"|soap\sstar|reality\s(?:tv\s)?star|news\sanchor"
            r"|star\s(?:quarterback|striker|pitcher|player|forward|goalkeeper)|head\sof\sstate"
            r"|ex-president|known\sfrom\s(?:tv|television|radio))(?!\w)",
        ),
        (
            "professional premiership international county lead winner survivor survivors",
            r"(?<!\w)(?:professional|premiership|international|county)\s(?:footballer|cricketer|golfer|cyclist"
            r"|jockey|boxer|dancer|wrestler|rugby\splayer|tennis\splayer|swimmer)|(?<!\w)lead\s(?:singer"
            r"|guitarist|actor)(?:\s(?:of|in|with)\s[^\n.,;]{3,30})?|(?<!\w)winner\sof\s[A-Z0-9][^\n.,;]{2,30}"
            r"|(?<!\w)survivors?\sof\sthe\s[^\n.,;]{3,40}",
        ),
        # Marks.
        (
            "tattoo tattooed",
            r"(?<!\w)tattoo(?:ed)?\s(?:of|reading|saying|that\s(?:says|reads)|with"
            r"|on\s\w{3,8}\s(?:reading|saying|of))\s[^\n.,;]{3,40}",
        ),
        # Where somebody lies.
        (
            "bed room rm cot cubicle bay chair incubator",
            r"(?<!\w)(?:(?:ward|unit|icu|itu|hdu|ccu|nicu|bay)\s?#?\w{1,3}[\s,/\-]{1,3})?(?:bed|room"
            r"|rm|cot|cubicle|bay|chair|incubator)"
            r"\s?(?:no\.?\s?|number\s|#\s?)?(?:[A-Z]?\d{1,4}[A-Z]?)(?:[\s,/\-]{1,3}(?:bed"
            r"|bay)\s?\w{1,3})?(?![\w%]|\.\d|\s?(?:h|hr|hours|days|mg"
            r"|ml|rest|min|degrees|l\b|weeks))",
        ),
    )
)
BIOMETRIC = re.compile(
    r"(?<!\w)(?:(?:finger|thumb|palm|voice|foot)[\s\-]?prints?(?!\s(?:bod|profile|pattern\sof"
    r"|lys))(?:\s(?:scan|id|record|file|template"
    r"|attached|on\sfile|enrol\w{0,4}))?|(?:retina|retinal|iris|facial|face|palm|vein"
    r"|voice)[\s\-](?:scan|recognition|id|identification"
    r"|template|biometric|print|unlock)s?(?:\s(?:id|record|template"
    r"|file))?(?:\s?[#:]?\s?[A-Z\d\-]{4,16})?|biometrics?(?:\s(?:id|scan"
    r"|data|record|template|enrol\w{0,5}))?|full[\s\-]face\s(?:photo\w{0,6}|image|picture)"
    r"|(?:photo|picture|selfie|photograph)s?\sof"
    r"\s(?:his|her|their|the|the\spatient['’]?s?)\sface|face\s(?:photo|picture|selfie)s?|gait\srecognition"
    r"|voice\ssample|dna\s(?:profile|fingerprint)|dental\srecords?\smatch\w{0,3})(?!\w)",
    re.IGNORECASE,
)


def find(text: Text) -> Iterator[Finding]:
    for words, expression in TRAITS:
        if words.isdisjoint(text.vocabulary):
            continue
        for found in expression.finditer(text.raw):
            yield warn(found.start(), found.end(), Type.OTHER, None)
    for found in BIOMETRIC.finditer(text.raw):
        yield warn(found.start(), found.end(), Type.BIOMETRIC, None)
