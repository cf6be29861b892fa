"""Who may mint tokens for an extension: whom both its manifest and the organisation's rule allow.

Asked when the button is pressed and again when the dialog is accepted: both may change in between.
"""

from typing import Final

from keypost.caller import Caller
from keypost.db.tx import Tx
from keypost.errors import Forbidden, Invalid, NotFound
from keypost.extensions import mint_rule_store as store
from keypost.extensions.manifest import Minters
from keypost.extensions.model import Extension, MintRule
from keypost.ids import OrgId
from keypost.messages.wording import quoted
from keypost.people.administration import require_admin
from keypost.people.directory import People
from keypost.people.model import Person

NO_GUESTS: Final = MintRule()
"""What an organisation says that says nothing."""


def allows(rule: MintRule, person: Person) -> bool:
    if person.is_guest and not rule.guests:
        return False
    match rule.who:
        case "everybody":
            return True
        case "teams":
            return not rule.team_ids.isdisjoint(person.team_ids)
        case "admins":
            return person.is_admin
        case "nobody":
            return False


def require_may_mint(tx: Tx, people: People, person: Person, extension: Extension) -> None:
    by_organisation = store.find(tx, person.org_id, extension.id) or NO_GUESTS
    for rule in (by_manifest(people, extension), by_organisation):
        if not allows(rule, person):
            raise Forbidden("minting_not_allowed", _why(people, person, extension, rule))


def by_manifest(people: People, extension: Extension) -> MintRule:
    """A team that the manifest names and the organisation does not have is nobody's."""
    return _rule(extension.manifest.token.minters, people, extension.org_id)


def set_rule(tx: Tx, people: People, caller: Caller, extension: Extension, said: Minters) -> None:
    """What the organisation allows from now on. Tokens that are there already stay."""
    require_admin(people, caller)
    if bool(said.teams) != (said.who == "teams"):
        raise Invalid("invalid_inputs", 'teams must name at least one team if who is "teams", and none otherwise')
    for name in said.teams:
        if not people.team_ids_named(extension.org_id, [name]):
            raise NotFound("team_not_found", f"There is no team {quoted(name)}.")
    store.save(tx, extension.org_id, extension.id, _rule(said, people, extension.org_id), caller.person_id)


def find_rule(tx: Tx, people: People, extension: Extension) -> Minters | None:
    """The organisation's own rule; None where the manifest's is all there is."""
    rule = store.find(tx, extension.org_id, extension.id)
    if rule is None:
        return None
    return Minters(who=rule.who, teams=tuple(people.team_names(extension.org_id, rule.team_ids)), guests=rule.guests)


def drop_rule(tx: Tx, people: People, caller: Caller, extension: Extension) -> None:
    require_admin(people, caller)
    store.drop(tx, extension.org_id, extension.id)


def _rule(said: Minters, people: People, org_id: OrgId) -> MintRule:
    return MintRule(who=said.who, team_ids=people.team_ids_named(org_id, said.teams), guests=said.guests)


def _why(people: People, person: Person, extension: Extension, rule: MintRule) -> str:
    """E.g. `Only members of Platform may make tokens for GitLab.`"""
    what = f"may make tokens for {extension.manifest.title}"
    match rule.who:
        case "nobody":
            return f"Nobody {what}."
        case "admins" if not person.is_admin:
            return f"Only admins {what}."
        case "teams" if rule.team_ids.isdisjoint(person.team_ids):
            teams = ", ".join(people.team_names(person.org_id, rule.team_ids)) or "certain teams"
            return f"Only members of {teams} {what}."
        case _:
            return f"Guests may not make tokens for {extension.manifest.title}."
