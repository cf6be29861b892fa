"""People in memory, and their API tokens: loaded at start, changed only in commits' effects."""

from collections.abc import Collection, Iterable

from keypost.ids import OrgId, PersonId, TeamId, read_number
from keypost.people.api_tokens import ApiTokens
from keypost.people.model import ApiToken, Organisation, Person


class People:
    def __init__(self) -> None:
        self.api_tokens = ApiTokens()
        self._orgs: dict[OrgId, Organisation] = {}
        self._persons: dict[tuple[OrgId, PersonId], Person] = {}
        self._of_org: dict[OrgId, dict[PersonId, Person]] = {}
        self._by_email: dict[tuple[OrgId, str], PersonId] = {}
        self._team_names: dict[tuple[OrgId, TeamId], str] = {}

    def load(
        self,
        orgs: Iterable[Organisation],
        persons: Iterable[Person],
        team_names: dict[tuple[OrgId, TeamId], str],
        api_tokens: Iterable[ApiToken],
    ) -> None:
        for org in orgs:
            self.put_org(org)
        self._team_names.update(team_names)
        for person in persons:
            self.put(person)
        self.api_tokens.load(api_tokens)

    def put_org(self, org: Organisation) -> None:
        self._orgs[org.id] = org

    def org(self, org_id: OrgId) -> Organisation:
        return self._orgs[org_id]

    def org_name(self, org_id: OrgId) -> str:
        return self._orgs[org_id].name

    def org_ids(self) -> list[OrgId]:
        return list(self._orgs)

    def put_team(self, org_id: OrgId, team_id: TeamId, name: str) -> None:
        self._team_names[org_id, team_id] = name

    def team_ids_named(self, org_id: OrgId, names: Collection[str]) -> frozenset[TeamId]:
        """The teams that have one of these names. A name that no team has is nobody's."""
        return frozenset(team for (org, team), name in self._team_names.items() if org == org_id and name in names)

    def find_team_name(self, org_id: OrgId, team_id: TeamId) -> str | None:
        return self._team_names.get((org_id, team_id))

    def team_names(self, org_id: OrgId, team_ids: Collection[TeamId]) -> list[str]:
        return sorted(self._team_names[org_id, team_id] for team_id in team_ids)

    def put(self, person: Person) -> None:
        self._persons[person.org_id, person.id] = person
        self._of_org.setdefault(person.org_id, {})[person.id] = person
        self._by_email[person.org_id, person.email.lower()] = person.id

    def find(self, org_id: OrgId, person_id: PersonId) -> Person | None:
        return self._persons.get((org_id, person_id))

    def get(self, org_id: OrgId, person_id: PersonId) -> Person:
        return self._persons[org_id, person_id]

    def find_active(self, org_id: OrgId, person_id: PersonId) -> Person | None:
        person = self.find(org_id, person_id)
        return person if person is not None and person.is_active else None

    def find_by_email(self, org_id: OrgId, email: str) -> Person | None:
        person_id = self._by_email.get((org_id, email.lower()))
        return self._persons[org_id, person_id] if person_id is not None else None

    def find_named(self, org_id: OrgId, named: str) -> Person | None:
        """By id or e-mail address."""
        number = read_number(named)
        return self.find(org_id, PersonId(number)) if number is not None else self.find_by_email(org_id, named)

    def count_of(self, org_id: OrgId) -> int:
        return len(self._of_org.get(org_id, {}))

    def all_of(self, org_id: OrgId) -> list[Person]:
        return list(self._of_org.get(org_id, {}).values())
