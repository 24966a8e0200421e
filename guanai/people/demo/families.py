"""Families of the demo county, as drafts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from guanai.core.dates import PartialDate
from guanai.organisations.models import Organisation, Place, SchoolClass
from guanai.organisations.rules import Group
from guanai.people.demo import words
from guanai.people.demo.county import DemoCounty, stem
from guanai.people.demo.making import FEMALE, MALE, Maker, Names
from guanai.people.drafts import (
    AwayDraft,
    CircumstanceDraft,
    GuardianDraft,
    HardshipDraft,
    HealthDraft,
    HouseholdDraft,
    KinDraft,
    PersonDraft,
    ResidenceDraft,
    SchoolingDraft,
)

SCHOOL_BEGINS = 9  # September
FIRST_GRADE = 6  # full years on 31 August
STATES = ((0, "kindergarten"), (6, "primary"), (9, "junior"), (12, "senior"))
JUNIOR = 9  # the last grade of the junior middle school


def state_of(grade: int) -> str:
    return next(word for last, word in STATES if grade <= last)


@dataclass
class Village:
    """What the families of a village share."""

    place: Place
    surnames: list[str]
    destinations: list[str]
    care: float  # how well its files are kept: share of facts that were asked for


@dataclass
class Family:
    """Two generations at home or away; children come on top."""

    village: Village
    home: tuple[HouseholdDraft, str]
    names: Names
    father: PersonDraft
    mother: PersonDraft
    children: list[PersonDraft] = field(default_factory=list)


class Families:
    """Makes families by their kind; `county` gives schools, `maker` chance."""

    def __init__(self, county: DemoCounty, maker: Maker) -> None:
        self.county, self.maker, self.rng = county, maker, maker.rng
        schools = [one for one in county.organisations.values() if one.kind == "school"]
        self.schools: dict[tuple[int, str], Organisation] = {
            (one.place_id, one.name): one for one in schools
        }
        begins = dt.date(maker.today.year, SCHOOL_BEGINS, 1)
        self.term = begins if begins <= maker.today else begins.replace(year=begins.year - 1)

    # -- people ---------------------------------------------------------------------------

    def family(self, village: Village, ages: list[int], grown: int = 2) -> Family:
        """Father, mother and children of these ages; `grown`: age of a child not in the file."""
        maker, rng = self.maker, self.rng
        yi = "彝族" in (village.place.parent.name if village.place.parent else "")
        surname = maker.pick(village.surnames)
        names = Names(maker, surname, yi=yi and maker.chance(0.12))
        home = maker.household(village.place)
        oldest = max(ages, default=grown)
        born = maker.today.year - oldest - rng.randint(21, 29)
        father = maker.person(
            names.man(names.fathers), MALE, maker.day(born - rng.randint(0, 4)), home
        )
        mother = maker.person(names.woman(words.WOMEN), FEMALE, maker.day(born), home)
        for parent in (father, mother):
            if maker.chance(0.92 * village.care):
                parent.phones = [maker.phone()]
            parent.details = {"education": rng.choice(["70", "70", "80", "80", "60"])}
        family = Family(village, home, names, father, mother)
        for age in ages:
            family.children.append(self.child(family, age))
        return family

    def child(self, family: Family, age: int) -> PersonDraft:
        maker = self.maker
        sex = MALE if maker.chance(0.545) else FEMALE
        born = self.birthday(age)
        child = maker.person(family.names.child(sex), sex, born, family.home)
        child.kin = [KinDraft("51", family.father), KinDraft("52", family.mother)]
        child.schooling = self.schooling(child, family.village)
        care = family.village.care
        if maker.chance(0.97 * care):
            ill = maker.chance(0.07)
            child.health = HealthDraft(maker.pick(words.CHILD_HEALTH) if ill else "健康")
        if maker.chance(0.96 * care):
            child.hardships = [HardshipDraft("low_income", holds=maker.chance(0.14))]
        child.details = {
            "character": maker.pick(words.CHARACTERS),
            "interests": maker.pick(words.INTERESTS),
            "income": maker.pick(words.INCOMES),
        }
        self.gaps(child)
        return child

    def gaps(self, child: PersonDraft) -> None:
        """What is not known of some: an ID number, the day of birth."""
        if self.maker.chance(0.02):
            child.ids = []
            if child.birth and self.maker.chance(0.5):
                child.birth = self.maker.month(child.birth.date)
        if not child.ids and self.maker.chance(0.3):
            child.hardships.append(HardshipDraft("no_hukou"))

    def birthday(self, age: int) -> dt.date:
        """A birth date with which somebody is that old today."""
        return self.maker.today - dt.timedelta(days=age * 365 + age // 4 + self.rng.randint(1, 364))

    def grandparents(self, family: Family, side: str = "father") -> list[PersonDraft]:
        """One or both, living in the same household; on the mother's side by her surname."""
        maker, rng = self.maker, self.rng
        parent = family.father if side == "father" else family.mother
        year = (parent.birth.date.year if parent.birth else 1985) - rng.randint(21, 27)
        names = family.names
        if side == "mother":
            names = Names(maker, family.mother.name[0], yi=names.yi)
        man = maker.person(names.man(names.grandfathers), MALE, maker.day(year - 2), family.home)
        woman = maker.person(names.woman(words.WOMEN_OLD), FEMALE, maker.day(year), family.home)
        woman.kin = [KinDraft("11", man)]
        both = maker.chance(0.6)
        people = [man, woman] if both else [rng.choice([man, woman])]
        if not both:
            people[0].kin = []
        for one in people:
            one.health = self.elder_health()
            one.details = {"education": rng.choice(["80", "80", "90"])}
            if maker.chance(0.9 * family.village.care):
                one.phones = [maker.phone()]
        return people

    def elder_health(self) -> HealthDraft:
        words_ = self.maker.pick(words.ELDER_HEALTH)
        return HealthDraft(words_, self_care="part" if self.maker.chance(0.12) else "full")

    def entrust(self, child: PersonDraft, carers: list[PersonDraft], side: str = "father") -> None:
        """The carers are named, most with an agreement."""
        codes = ("61", "62") if side == "father" else ("63", "64")
        agreed = self.maker.ago(60, 500) if self.maker.chance(0.7) else None
        for carer in carers:
            code = codes[0] if carer.sex == MALE else codes[1]
            child.kin.append(KinDraft(code, carer))
            child.guardians.append(
                GuardianDraft(carer, code, agreed_on=agreed, since=PartialDate(agreed or self.term))
            )
        child.details["grandparent_care"] = "yes"

    # -- being away -----------------------------------------------------------------------

    def leave(self, person: PersonDraft, village: Village, destination: str = "") -> str:
        """Away for work since this year's Spring Festival or longer; where to."""
        maker, today = self.maker, self.maker.today
        destination = destination or maker.pick(village.destinations)
        employer, occupation, address = words.DESTINATIONS[destination]
        year = today.year - (today.month < 6)  # noqa: PLR2004 - who left after the last feast
        since = dt.date(year, 2, 1) + dt.timedelta(days=self.rng.randint(0, 45))
        known = maker.chance(0.95 * village.care)
        began = maker.month(since) if maker.chance(0.6) else PartialDate(since)
        word = AwayDraft(began, listed=True)
        if known:
            word.destination, word.employer = destination, destination[2:] + employer
            word.occupation, word.address = occupation, address
        person.away = [word]
        if maker.chance(0.35):  # and the years before, home for the feast
            first = dt.date(since.year - 1, 2, 20)
            last = dt.date(since.year, 1, 20)
            person.away.insert(0, AwayDraft(PartialDate(first), last, destination))
        return destination

    # -- school ---------------------------------------------------------------------------

    def schooling(self, child: PersonDraft, village: Village) -> SchoolingDraft | None:
        """Where a child of that age goes to school from that village."""
        born = child.birth.date if child.birth else self.maker.today
        age = self.term.year - born.year - ((born.month, born.day) > (8, 31))
        if age < 3:  # noqa: PLR2004 - kindergarten takes them from three
            return SchoolingDraft(state="preschool")
        grade = max(0, age - FIRST_GRADE + 1)
        if grade > 12:  # noqa: PLR2004 - grades of the senior middle school end there
            return SchoolingDraft(state="left")
        school = self.school_of(village.place, grade)
        classes = self.county.classes[school.pk, grade]
        room = classes[min(age - 3, 2)] if grade == 0 else self.rng.choice(classes)
        near = school.place_id == village.place.pk or grade < 4  # noqa: PLR2004 - small ones go home
        return self.enrolled(room, school, boarding=not near and self.maker.chance(0.75))

    def enrolled(
        self, room: SchoolClass, school: Organisation, *, boarding: bool
    ) -> SchoolingDraft:
        return SchoolingDraft(
            school=school.pk,
            school_class=room.pk,
            grade=room.grade,
            class_name=room.name,
            state=state_of(room.grade),
            boarding=boarding if room.grade else False,
            head_teacher=self.county.teachers[room.pk],
            results=self.maker.pick(words.RESULTS) if room.grade else "",
            since=PartialDate(self.term),
        )

    def school_of(self, village: Place, grade: int) -> Organisation:
        township = village.parent
        assert township is not None  # noqa: S101 - every village of the demo has one
        seat = self.county.townships[0]
        own = self.schools.get((village.pk, f"{stem(village.name)}小学"))
        if own and (own.pk, grade) in self.county.classes:
            return own
        if grade > JUNIOR:
            return self.schools[seat.pk, "云岭县第一中学"]
        if township == seat and grade and self.maker.chance(0.3):
            return self.schools[seat.pk, "云岭县清溪九年一贯制学校"]
        names = {"kindergarten": "中心幼儿园", "primary": "中心小学"}
        kind = state_of(grade)
        name = f"{township.name}{names[kind]}" if kind in names else f"{stem(township.name)}中学"
        return self.schools[township.pk, name]

    # -- kinds of families ----------------------------------------------------------------

    def both_away(self, village: Village) -> list[PersonDraft]:
        """Children with grandparents: the usual left-behind children."""
        family = self.family(village, self.ages())
        destination = self.leave(family.father, village)
        self.leave(family.mother, village, destination if self.maker.chance(0.75) else "")
        side = "father" if self.maker.chance(0.8) else "mother"
        carers = self.grandparents(family, side)
        for child in family.children:
            child.groups = (Group.CHILD,)
            self.entrust(child, carers, side)
            if any(
                hardship.kind == "low_income" and hardship.holds for hardship in child.hardships
            ):
                child.groups = (Group.CHILD, Group.DIFFICULTY)
        return family.children

    def one_unable(self, village: Village) -> list[PersonDraft]:
        """One parent away, the other dead, ill, disabled or out of contact."""
        family = self.family(village, self.ages())
        away, other = family.father, family.mother
        if self.maker.chance(0.3):
            away, other = other, away
        self.leave(away, village)
        kind = self.rng.choice(["dead", "lost", "lost", "ill", "disabled", "prison"])
        since = self.maker.ago(300, 1500)
        other.circumstances = [CircumstanceDraft(kind, PartialDate(since))]
        if kind == "dead":
            other.died, other.phones = since, []
        if kind in {"ill", "disabled"}:
            other.health = HealthDraft("重病" if kind == "ill" else "重度残疾", can_guard=False)
        carers = self.grandparents(family)
        for child in family.children:
            child.groups = (Group.CHILD, Group.DIFFICULTY)
            child.hardships.append(HardshipDraft("single_parent", holds=kind in {"dead", "lost"}))
            self.entrust(child, carers)
        return family.children

    def unsupported(self, village: Village) -> list[PersonDraft]:
        """De facto unsupported children and orphans, with grandparents."""
        family = self.family(village, self.ages()[:2])
        orphan = self.maker.chance(0.3)
        kinds = ("dead", "dead") if orphan else (self.rng.choice(["dead", "prison"]), "lost")
        for parent, kind in zip((family.father, family.mother), kinds, strict=True):
            since = self.maker.ago(400, 2000)
            parent.circumstances = [CircumstanceDraft(kind, PartialDate(since))]
            parent.phones = []
            parent.died = since if kind == "dead" else None
        carers = self.grandparents(family)
        for child in family.children:
            child.groups = (Group.DIFFICULTY,)
            child.hardships = [
                HardshipDraft("orphan" if orphan else "unsupported"),
                HardshipDraft("low_income"),
            ]
            self.entrust(child, carers)
        return family.children

    def disabled_child(self, village: Village) -> list[PersonDraft]:
        family = self.family(village, [self.rng.randint(4, 16)])
        child = family.children[0]
        child.groups = (Group.DIFFICULTY,)
        child.health = HealthDraft(
            "残疾",
            disability=self.rng.choice(["body", "hearing", "intellect", "speech"]),
            disability_grade=self.rng.randint(1, 4),
            self_care="part",
        )
        child.guardians = [GuardianDraft(family.mother, "52", "parent")]
        return family.children

    def husband_away(self, village: Village) -> list[PersonDraft]:
        """A left-behind woman with her children and often the husband's parents."""
        family = self.family(village, self.ages())
        self.leave(family.father, village)
        woman = family.mother
        woman.groups = (Group.WOMAN,)
        woman.kin = [KinDraft("11", family.father)]
        woman.health = HealthDraft("健康" if self.maker.chance(0.85) else "慢性胃炎")
        woman.details |= {
            "skills": self.maker.pick(words.SKILLS),
            "livelihood": self.maker.pick(words.LIVELIHOODS),
            "children_count": len(family.children),
        }
        for child in family.children:
            child.guardians = [GuardianDraft(woman, "52", "parent")]
        elders = self.grandparents(family) if self.maker.chance(0.35) else []
        woman.details["elders_supported"] = len(elders)
        return [woman, *family.children, *elders]

    def elders_alone(self, village: Village) -> list[PersonDraft]:
        """Left-behind elders whose children all work elsewhere."""
        family = self.family(village, [], grown=self.rng.randint(15, 28))
        self.leave(family.father, village)
        people = self.grandparents(family)
        for one in people:
            one.groups = (Group.ELDER,)
            if one.birth and one.birth.date.year > self.maker.today.year - 62:
                one.birth = PartialDate(
                    one.birth.date.replace(year=self.maker.today.year - 66, day=1)
                )
                one.ids = []
            one.kin.append(KinDraft("20", family.father))
            one.details |= {
                "living": "spouse" if len(people) > 1 else "alone",
                "children_away": self.rng.randint(1, 4),
            }
            one.hardships = [HardshipDraft("low_income", holds=self.maker.chance(0.2))]
        return people

    def migrants(self, village: Village) -> list[PersonDraft]:
        """Families from another county who work in this one's towns."""
        family = self.family(village, self.ages()[:2])
        native = self.maker.pick(words.NATIVE_COUNTIES)
        came = self.maker.month(self.maker.ago(60, 1500))
        for child in family.children:
            child.groups = (Group.MIGRANT,)
            born = child.birth or came
            child.residences[0].since = max(born, came, key=lambda day: day.date)
            home = ResidenceDraft(address=native, kind="hukou", outside=True, since=born)
            child.residences.append(home)
            child.guardians = [
                GuardianDraft(family.father, "51", "parent"),
                GuardianDraft(family.mother, "52", "parent"),
            ]
        for parent in (family.father, family.mother):
            parent.details["occupation"] = self.rng.choice(["建筑工", "小吃店主", "菜贩", "理发师"])
        return family.children

    def ages(self) -> list[int]:
        """Ages of a family's children under 16, shaped like the survey of 2018."""
        count = self.rng.choices([1, 2, 3], [40, 48, 12])[0]
        band = self.rng.choices([(1, 5), (6, 13), (14, 15)], [22, 67, 11])[0]
        first = self.rng.randint(*band)
        ages = [first]
        while len(ages) < count and ages[-1] > 3:  # noqa: PLR2004 - two years between births
            ages.append(ages[-1] - self.rng.randint(2, 5))
        return [age for age in ages if age >= 0]
