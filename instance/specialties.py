"""Names of the specialties by slug (domain.md 5). Ours: NUCC's display names are not used."""


def N_(text: str) -> str:
    """Mark for extraction; the translation happens when the page is drawn."""
    return text


SPECIALTIES = {
    "addiction_medicine": N_("Addiction medicine"),
    "allergy_immunology": N_("Allergy and immunology"),
    "anesthesiology": N_("Anesthesiology"),
    "cardiology": N_("Cardiology"),
    "child_neurology": N_("Child neurology"),
    "child_psychiatry": N_("Child psychiatry"),
    "clinical_informatics": N_("Clinical informatics"),
    "colorectal_surgery": N_("Colorectal surgery"),
    "critical_care": N_("Critical care"),
    "dermatology": N_("Dermatology"),
    "electrophysiology": N_("Electrophysiology"),
    "emergency_medicine": N_("Emergency medicine"),
    "endocrinology": N_("Endocrinology"),
    "family_medicine": N_("Family medicine"),
    "gastroenterology": N_("Gastroenterology"),
    "general_practice": N_("General practice"),
    "general_surgery": N_("General surgery"),
    "geriatrics": N_("Geriatrics"),
    "hematology": N_("Hematology"),
    "hematology_oncology": N_("Hematology and oncology"),
    "hepatology": N_("Hepatology"),
    "hospital_medicine": N_("Hospital medicine"),
    "infectious_disease": N_("Infectious disease"),
    "internal_medicine": N_("Internal medicine"),
    "interventional_cardiology": N_("Interventional cardiology"),
    "interventional_radiology": N_("Interventional radiology"),
    "maternal_fetal_medicine": N_("Maternal-fetal medicine"),
    "medical_genetics": N_("Medical genetics"),
    "medical_oncology": N_("Medical oncology"),
    "medical_toxicology": N_("Medical toxicology"),
    "neonatology": N_("Neonatology"),
    "nephrology": N_("Nephrology"),
    "neurology": N_("Neurology"),
    "neurosurgery": N_("Neurosurgery"),
    "nuclear_medicine": N_("Nuclear medicine"),
    "obstetrics_gynecology": N_("Obstetrics and gynecology"),
    "occupational_medicine": N_("Occupational medicine"),
    "ophthalmology": N_("Ophthalmology"),
    "orthopaedic_surgery": N_("Orthopaedic surgery"),
    "otolaryngology": N_("Otolaryngology"),
    "pain_medicine": N_("Pain medicine"),
    "palliative_medicine": N_("Palliative medicine"),
    "pathology": N_("Pathology"),
    "pediatric_cardiology": N_("Pediatric cardiology"),
    "pediatric_critical_care": N_("Pediatric critical care"),
    "pediatric_surgery": N_("Pediatric surgery"),
    "pediatrics": N_("Pediatrics"),
    "physical_medicine_rehab": N_("Physical medicine and rehabilitation"),
    "plastic_surgery": N_("Plastic surgery"),
    "psychiatry": N_("Psychiatry"),
    "public_health": N_("Public health"),
    "pulmonology": N_("Pulmonology"),
    "radiation_oncology": N_("Radiation oncology"),
    "radiology": N_("Radiology"),
    "rheumatology": N_("Rheumatology"),
    "sleep_medicine": N_("Sleep medicine"),
    "thoracic_surgery": N_("Thoracic surgery"),
    "trauma_surgery": N_("Trauma surgery"),
    "urology": N_("Urology"),
    "vascular_surgery": N_("Vascular surgery"),
}

# Of which larger one somebody is as well: what a pseudonym may say where its own would name them.
# By the families of NUCC's codes (domain.md 5), where the training agrees. The rest have none.
PARENTS = {
    **dict.fromkeys(("electrophysiology", "interventional_cardiology"), "cardiology"),
    **dict.fromkeys(
        (
            *("allergy_immunology", "cardiology", "critical_care", "endocrinology"),
            *("gastroenterology", "geriatrics", "hematology", "hematology_oncology"),
            *("hospital_medicine", "infectious_disease", "medical_oncology", "nephrology"),
            *("palliative_medicine", "pulmonology", "rheumatology", "sleep_medicine"),
        ),
        "internal_medicine",
    ),
    "hepatology": "gastroenterology",
    **dict.fromkeys(
        ("neonatology", "pediatric_cardiology", "pediatric_critical_care"), "pediatrics"
    ),
    **dict.fromkeys(
        (
            *("colorectal_surgery", "pediatric_surgery", "thoracic_surgery"),
            *("trauma_surgery", "vascular_surgery"),
        ),
        "general_surgery",
    ),
    "child_neurology": "neurology",
    "child_psychiatry": "psychiatry",
    "general_practice": "family_medicine",
    "interventional_radiology": "radiology",
    "maternal_fetal_medicine": "obstetrics_gynecology",
    "medical_toxicology": "emergency_medicine",
}
