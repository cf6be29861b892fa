"""People in memory: loaded at start, changed only in commits' effects."""

from collections.abc import Iterable

from keypost.ids import OrgId, PersonId
from keypost.people.model import Person


class People:
    def __init__(self) -> None:
        self._org_names: dict[OrgId, str] = {}
        self._persons: dict[tuple[OrgId, PersonId], Person] = {}

    def load(self, org_names: dict[OrgId, str], persons: Iterable[Person]) -> None:
        self._org_names.update(org_names)
        for person in persons:
            self.put(person)

    def put_org(self, org_id: OrgId, name: str) -> None:
        self._org_names[org_id] = name

    def org_name(self, org_id: OrgId) -> str:
        return self._org_names[org_id]

    def org_ids(self) -> list[OrgId]:
        return list(self._org_names)

    def put(self, person: Person) -> None:
        self._persons[person.org_id, person.id] = person

    def find(self, org_id: OrgId, person_id: PersonId) -> Person | None:
        return self._persons.get((org_id, person_id))

    def get(self, org_id: OrgId, person_id: PersonId) -> Person:
        return self._persons[org_id, person_id]

    def find_active(self, org_id: OrgId, person_id: PersonId) -> Person | None:
        person = self.find(org_id, person_id)
        return person if person is not None and person.is_active else None

    def all_of(self, org_id: OrgId) -> list[Person]:
        return [person for person in self._persons.values() if person.org_id == org_id]
