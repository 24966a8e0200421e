"""Which fields a roster of each kind can fill, with labels (English message ids)."""

BASIC = {
    "kind": "Child, woman or elder",
    "name": "Name",
    "id_number": "ID number",
    "sex": "Sex",
    "birth_date": "Date of birth",
    "ethnicity": "Ethnicity",
    "township": "Township",
    "village_code": "Village or address",
}
GUARDIAN = {
    "guardian.name": "Guardian: name",
    "guardian.id_number": "Guardian: ID number",
    "guardian.relation_code": "Guardian: relation",
    "guardian.phones": "Guardian: phones",
    "guardian.contact": "Guardian: name and phones in one",
    "guardian.person": "Guardian: name and relation in one",
    "guardian.age": "Guardian: age",
    "guardian.health": "Guardian: health",
}
PARENT_PARTS = {
    "name": "name",
    "id_number": "ID number",
    "phones": "phones",
    "contact": "name and phones in one",
    "work_place": "work place or whereabouts",
    "away_since": "away since",
    "state": "situation",
}


def _parent(role: str, label: str) -> dict[str, str]:
    return {f"{role}.{part}": f"{label}: {text}" for part, text in PARENT_PARTS.items()}


# kind: {target: label}. Targets that are no fields of the result themselves: kind, township,
# parents (the combined word on both), aid (one column for both), parent.* (one parent per row).
TARGETS: dict[str, dict[str, str]] = {
    "child": BASIC
    | {
        "school": "School",
        "grade": "Grade",
        "class": "Class",
        "head_teacher": "Class teacher",
        "boarding": "Boards at school",
        "score": "School results",
        "personality": "Character",
        "hobby": "Interests",
        "health": "Health",
        "low_income": "Subsistence allowance",
        "poverty_registered": "Registered as poor",
        "single_parent": "Single parent",
        "parents_divorced": "Parents divorced",
        "parents": "Parents' situation (both)",
        "aid": "Subsistence allowance or registered as poor",
        "both.name": "Both parents: name",
        "both.phones": "Both parents: phones",
    }
    | GUARDIAN
    | _parent("father", "Father")
    | _parent("mother", "Mother")
    | {"parent.relation_code": "Parent of this row: father or mother"}
    | _parent("parent", "Parent of this row"),
    "woman": BASIC
    | {
        "education": "Education",
        "health": "Health",
        "health_check_date": "Last health check",
        "skills": "Skills",
        "children_count": "Number of children",
        "elders_supported": "Elders supported",
        "phones": "Phones",
        "husband.name": "Husband: name",
        "husband.id_number": "Husband: ID number",
        "husband.phones": "Husband: phones",
        "husband.contact": "Husband: name and phones in one",
        "husband.work_place": "Husband: work place",
        "husband.away_since": "Husband: away since",
    },
    "elder": BASIC
    | {
        "health": "Health",
        "living": "Living with",
        "self_care": "Self-care",
        "low_income": "Subsistence allowance",
        "aid": "Subsistence allowance or registered as poor",
        "children_away_count": "Children away",
        "phones": "Phones",
        "caregiver.name": "Carer: name",
        "caregiver.relation_code": "Carer: relation",
        "caregiver.phones": "Carer: phones",
        "caregiver.contact": "Carer: name and phones in one",
        "caregiver.person": "Carer: name and relation in one",
    },
    "helper": {k: v for k, v in BASIC.items() if k not in {"kind", "township", "village_code"}}
    | {
        "unit": "Employer",
        "job": "Job",
        "political_status": "Political status",
        "specialty": "Special skills",
        "capacity": "Children to be paired at most",
        "phones": "Phones",
        "wish": "Wish: all in one",
        "wish.age": "Wish: age",
        "wish.sex": "Wish: sex",
        "wish.place_code": "Wish: place",
    },
    "away_period": BASIC
    | {
        "away_from": "Away from",
        "away_to": "Returned",
        "away_range": "Away from and to in one",
        "work_place": "Work place",
        "employer": "Employer",
        "phones": "Phones",
    },
}
KINDS = tuple(TARGETS)

# What a person may type for a kind.
KIND_NAMES = {"away": "away_period"}
