from guanai.people.models.access import AccessGrant, SavedView
from guanai.people.models.facts import (
    Award,
    AwayPeriod,
    Circumstance,
    Hardship,
    Health,
    Note,
    Residence,
    Schooling,
)
from guanai.people.models.family import CarerFinding, Guardianship, Kinship
from guanai.people.models.history import Change
from guanai.people.models.imports import DuplicateProposal, Import, LayoutMemory
from guanai.people.models.person import (
    Contact,
    Household,
    Identity,
    Person,
    Registration,
    SearchToken,
)

__all__ = [
    "AccessGrant",
    "Award",
    "AwayPeriod",
    "CarerFinding",
    "Change",
    "Circumstance",
    "Contact",
    "DuplicateProposal",
    "Guardianship",
    "Hardship",
    "Health",
    "Household",
    "Identity",
    "Import",
    "Kinship",
    "LayoutMemory",
    "Note",
    "Person",
    "Registration",
    "Residence",
    "SavedView",
    "Schooling",
    "SearchToken",
]
