"""The words beside which a person is named: titles, relatives, fields, who a note is about."""

import re

TITLES = frozenset(
    "mr mrs ms miss mx master mister missus messrs sir madam dame lady lord rev reverend fr"
    " father pastor rabbi imam sister capt captain sgt"
    " sergeant lt lieutenant col colonel maj major cpl pvt judge justice officer constable pc"
    " senator councillor hon herr frau fraulein monsieur"
    " mme mlle madame mademoiselle senor senora senorita sr sra srta don dona signor signora"
    " signorina sig mevrouw mevr meneer dhr mw hr fru pan pani"
    " shri shrimati smt sri kumari km encik puan cik tuan datuk dato haji hajjah hajah tan ustaz"
    " sheikh shaikh begum babu bhai ben chief alhaji"
    " baba mama auntie uncle kyrios kyria bay bayan bapak ibu pak bu khun".split()
)
# Titles that are other words as well: only with a capital, and before no word of medicine.
DOUBTFUL = frozenset(
    "ms miss master sir lady lord father sister fr major maj justice officer pc hon sr sri don km"
    " tan chief uncle auntie ben pan bay baba mama mw hr"
    " col pvt lt sig captain judge begum babu bhai ibu bu pak cik senator father pastor dame"
    " hajah dona rev imam rabbi".split()
)
CLINICIANS = frozenset(
    "dr drs doctor prof professor surgeon registrar consultant attending gp pcp nurse midwife"
    " physio matron dra dottore dott docteur doktor oberarzt"
    " physician hospitalist cardiologist neurologist oncologist radiologist pathologist np pa"
    " crna rn sho sr spr fellow intern houseman resident"
    " nephrologist rheumatologist psychiatrist paediatrician pediatrician anaesthetist"
    " anesthesiologist urologist gynaecologist haematologist".split()
)
KIN = frozenset(
    "wife husband spouse partner mother mom mum mummy mommy father dad daddy papa parents parent"
    " brother sister son daughter child sibling siblings"
    " twin aunt auntie uncle cousin niece nephew grandmother grandfather grandma grandpa granny"
    " nan nana gran grandad granddad grandson"
    " granddaughter grandchild stepmother stepfather stepson stepdaughter stepmum stepdad fiance"
    " fiancee girlfriend boyfriend ex-wife ex-husband"
    " widow widower carer caregiver guardian neighbour neighbor friend roommate flatmate"
    " housemate landlord landlady employer boss coworker colleague"
    " nok proxy poa lpa surrogate contact daughter-in-law son-in-law mother-in-law father-in-law"
    " sister-in-law brother-in-law half-brother"
    " half-sister godmother godfather foster babysitter nanny teacher coach informant witness"
    " caller lawyer solicitor hubby epouse mari femme fils"
    " fille mere pere frere soeur esposa esposo marido hijo hija madre padre hermano hermana"
    " abuela abuelo tochter sohn mutter vater bruder"
    " schwester ehefrau ehemann figlio figlia moglie marito fratello sorella filha filho".split()
)
FIELDS = re.compile(
    r"(?<!\w)(?:(?:patient|pt|pat|client|full|legal|preferred|first|given|last|family|middle"
    r"|christian|maiden|birth|baby['’]?s?|child['’]?s?"
    r"|mother['’]?s?|father['’]?s?|guardian['’]?s?|husband['’]?s?|nok|contact|employer"
    r"|insured['’]?s?|subscriber|sur)[\s\-]?)?"
    r"(?:name|names|nom|nombre|nome|navn|namn|naam|nama|forenames?|surname|pr[ée]nom|apellidos?"
    r"|cognome|vorname|nachname|alias)"
    r"\s?(?:\(s\)|\(last,\s?first\))?\s?(?:[:=|\-–]|is\s)\s?"
    r"|(?<!\w)(?:patient|pt|re|client|subject|nok|next\sof\skin|emergency\scontact|guardian"
    r"|informant|mother|father|wife|husband|daughter|son|spouse"
    r"|carer|attn|attention|cc|reg|regarding|person|member|insured|subscriber|guarantor"
    r"|responsible\sparty|parent|parents|baby|c/o)\s?[:=]\s?",
    re.IGNORECASE,
)
PEOPLE = frozenset(
    "patient pt pts client lady gentleman gent man woman boy girl baby infant neonate newborn"
    " child toddler teenager resident inmate lad guy"
    " individual person patiente paciente patientin patienten paziente pasien beneficiary"
    " veteran detainee twin sportsman".split()
)
CALLED = re.compile(
    r"(?<!\w)(?:named|called|known\sas|known\sto\sall\sas|goes\sby(?:\sthe\sname)?|a\.?k\.?a\.?"
    r"|alias|n[ée]e|nicknamed|prefers\s(?:to\sbe\scalled|the"
    r"\sname)|name\sis|names\sare|name['’]s|(?:patient|pt|lady|gentleman)\sis|my\spatient|my\spt|our\spatient|this\spatient|dear|hi|hello"
    r"|regarding|re|about|concerning|advice\son|opinion\son"
    r"|question\son|discuss|present(?:ing)?|thoughts\son|help\swith|update\son|news\son|referring"
    r"|refer|sending|transferring|spoke\s(?:to|with)"
    r"|talked\s(?:to|with)|met|meet|i\ssaw|saw|reviewed|seen|regards|thanks|sincerely|cheers"
    r"|signed|b/o|d/o|s/o|w/o|h/o|baby\sof|baby\s(?:boy|girl)"
    r"|bb|bg|twin\s(?:one|two|a|b|1|2)|care\sof|c/o|on\sbehalf\sof|appelée?|llamad[oa]"
    r"|chiamat[oa]|namens|genannt|for)[\s,:]{1,3}[\"'“‘(]?$",
    re.IGNORECASE,
)
LINK = re.compile(
    r"(?:['’]s\s)?[\s,:(\-–\"“'‘*_=/]{1,4}(?:(?:is|was|are|were|named|called|name|names|of|mr|mrs|ms|miss"
    r"|patient|contact|here|who|aged|the|a|known|as)"
    r"[\s,:(\"“'‘*_.]{1,3}){0,3}"
)
INITIALS = re.compile(r"(?<![\w.])(?:[A-Z]\.\s?){2,4}(?!\w)|(?<![\w./\-])[A-Z]{2,3}(?![\w/\-'’])")
INITIALS_CUE = re.compile(
    r"(?:\b(?:pt|patient|initials?|client|baby|mr|mrs|ms|miss|re|regarding|called|lady|gentleman"
    r"|my\spatient|son|daughter|wife|husband|mother|father"
    r"|brother|sister)[\s:.,(\-–]{1,3})$",
    re.IGNORECASE,
)
CREDENTIALS = re.compile(
    r",?\s(?:MD|DO|RN|NP|PA-?C?|MBBS|MBChB|MB\sBS|PhD|FRC\w{1,4}|MRC\w{1,4}|FACP|FACC|FACS|FRACP"
    r"|PharmD|DNP|CRNA|CNM|APRN|LCSW|DPT|RPh|DM|DNB|MS"
    r"|FCPS|BSN|OT|PT|SLP)(?![\w'’])"
)

# Family names of one sign in Chinese, and the words beside which a name stands in other scripts.
HAN = (
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林高罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖蕭田董袁潘蔡蒋蔣余于杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜"
    "崔钟鍾谭譚陆陸汪范石廖贾賈夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤佐藤鈴木高橋田中渡辺伊山本中村小林加"
)
SCRIPTED = re.compile(
    rf"(?:患者|病人|病患|姓名|氏名|家属|家屬|先生|女士|名叫)(?:名|为|為|是)?[:：\s]{{0,2}}([{HAN}][一-鿿]{{1,2}})"
    rf"|([{HAN}][一-鿿]{{1,3}})(?=先生|女士|小姐|太太|さん|様|氏[はの、])"
    r"|(?<!\w)(?:المريضة?|السيدة?|اسمه|اسمها"
    r"|الاسم)\s?[:]?\s(?!\w{{0,2}}ي)([\u0600-\u06ff]{{3,12}}(?:\s[\u0600-\u06ff]{{3,12}})?)"
    r"|(?:환자|이름|성명)\s?[:：]?\s?([김이박최정강조윤장임한오서신권황안송류홍][가-힣]{{1,2}})(?![가-힣]{{2}})"
    r"|(?<!\w)(?:пациент(?:ка)?|больн(?:ой|ая)|г-(?:н|жа))\s([А-ЯЁ][а-яё]{{2,15}}(?:\s[А-ЯЁ][а-яё.]{{0,15}}){{0,2}})".replace(
        "{{", "{"
    ).replace("}}", "}"),
)
