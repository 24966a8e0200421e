from guanai.conftest import County
from guanai.people.models import Person


def test_nobody_sees_files_without_the_verb(county: County) -> None:
    assert not Person.objects.visible_to(county.user("leader")).exists()
