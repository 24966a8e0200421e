from guanai.people.models.access import AccessGrant, SavedView
from guanai.people.models.advances import Advance, AdvanceStep
from guanai.people.models.checklists import Checkup, LifeRule
from guanai.people.models.difficulty import Difficulty
from guanai.people.models.duplicates import DuplicateProposal, Merge
from guanai.people.models.export_forms import ExportForm
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
from guanai.people.models.family import CarerDecision, CarerFinding, Guardianship, Kinship
from guanai.people.models.history import Change
from guanai.people.models.household import Household
from guanai.people.models.imports import Import, LayoutMemory
from guanai.people.models.ledger import LedgerLine
from guanai.people.models.legal import LegalBasis
from guanai.people.models.looks import Look, Review
from guanai.people.models.lookup import Contact, Identity, SearchToken
from guanai.people.models.person import Person
from guanai.people.models.rounds import (
    Confirmation,
    ContactMade,
    Practice,
    RoundEnd,
    RoundLine,
)
from guanai.people.models.rows import FileRow
from guanai.people.models.standing import Registration
from guanai.people.models.statuses import DefinitionNumbers, Status
from guanai.people.models.transfers import Transfer
from guanai.people.models.waiting import WaitingChange

# The rows of which a file is made, by the name they have in history, forms and addresses.
ROWS: dict[str, type[FileRow]] = {
    row.KIND: row
    for row in (
        Contact,
        Identity,
        Residence,
        AwayPeriod,
        Circumstance,
        Schooling,
        Health,
        Hardship,
        Kinship,
        Guardianship,
        Award,
        Note,
        Difficulty,
        ContactMade,
    )
}
