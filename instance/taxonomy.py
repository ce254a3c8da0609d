"""Provider taxonomy codes as registers of the United States write them (domain.md 5).

Codes: Health Care Provider Taxonomy, copyright American Medical Association; unchanged, without its
display names, for use in the United States. The words for specialties are ours (`specialties`).
"""

from functools import cache

_SPECIALTIES = """
allergy_immunology 207K00000X
anesthesiology 207L00000X
dermatology 207N00000X
emergency_medicine 207P00000X
family_medicine 207Q00000X
general_practice 208D00000X
internal_medicine 207R00000X
hospital_medicine 208M00000X
cardiology 207RC0000X
electrophysiology 207RC0001X
interventional_cardiology 207RI0011X
critical_care 207RC0200X 2086S0102X
endocrinology 207RE0101X
gastroenterology 207RG0100X
hepatology 207RI0008X
geriatrics 207RG0300X
hematology 207RH0000X
hematology_oncology 207RH0003X
medical_oncology 207RX0202X
infectious_disease 207RI0200X
nephrology 207RN0300X
palliative_medicine 207RH0002X 207QH0002X 2080H0002X 207PH0002X
pulmonology 207RP1001X
rheumatology 207RR0500X
sleep_medicine 207RS0012X 2084S0012X 207QS1201X
medical_genetics 207SG0201X
neurosurgery 207T00000X
nuclear_medicine 207U00000X
obstetrics_gynecology 207V00000X
maternal_fetal_medicine 207VM0101X
ophthalmology 207W00000X
orthopaedic_surgery 207X00000X
otolaryngology 207Y00000X
pathology 207ZP0102X
pediatrics 208000000X
neonatology 2080N0001X
pediatric_cardiology 2080P0202X
pediatric_critical_care 2080P0203X
physical_medicine_rehab 208100000X
plastic_surgery 208200000X
public_health 2083P0901X
occupational_medicine 2083X0100X
addiction_medicine 2083A0300X 207RA0401X 207QA0401X 2084A0401X
clinical_informatics 2083C0008X
neurology 2084N0400X
child_neurology 2084N0402X
psychiatry 2084P0800X
child_psychiatry 2084P0804X
radiology 2085R0202X
interventional_radiology 2085R0204X
radiation_oncology 2085R0001X
general_surgery 208600000X
vascular_surgery 2086S0129X
trauma_surgery 2086S0127X
pediatric_surgery 2086S0120X
colorectal_surgery 208C00000X
thoracic_surgery 208G00000X
urology 208800000X
pain_medicine 208VP0000X
medical_toxicology 207PT0002X
"""
_BY_CODE = {
    code: slug for slug, *codes in map(str.split, _SPECIALTIES.split("\n")[1:-1]) for code in codes
}
TRAINEE = "trainee"
# Whose codes begin so; the longer one first.
_PROFESSIONS = (
    ("390200000X", TRAINEE),  # in an organised training of any kind
    ("363A", "assistant"),
    ("363L", "nurse"),
    ("163W", "nurse"),
    ("164", "nurse"),
    ("364S", "nurse"),
    ("367", "nurse"),
    ("183", "pharmacist"),
    ("20", "physician"),
)


def specialty_of(code: str) -> str:
    """Our slug, or "" for a code that is none of ours."""
    return _BY_CODE.get(code, "")


@cache
def profession_of(code: str) -> str:
    """A value of Profession, or TRAINEE."""
    return next((said for begins, said in _PROFESSIONS if code.startswith(begins)), "other")
