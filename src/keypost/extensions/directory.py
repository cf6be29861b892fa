"""Apps in memory, and whom each serves: loaded at start, changed only in commits' effects."""

from collections.abc import Collection, Iterable

from keypost.extensions.model import App, Installation
from keypost.ids import AppId, OrgId
from keypost.people.model import Person
from keypost.tokens.attribution import Attribution


class Apps:
    """`attribution` hears what each is called."""

    def __init__(self, attribution: Attribution) -> None:
        self._attribution = attribution
        self._apps: dict[tuple[OrgId, AppId], App] = {}
        self._installations: dict[tuple[OrgId, AppId], list[Installation]] = {}

    def load(self, apps: Iterable[App], installations: Iterable[Installation]) -> None:
        for app in apps:
            self.put(app)
        for installation in installations:
            self.install(installation)

    def put(self, app: App) -> None:
        self._apps[app.org_id, app.id] = app
        self._attribution.name_app(app.org_id, app.id, app.title)

    def install(self, installation: Installation) -> None:
        self._installations.setdefault((installation.org_id, installation.app_id), []).append(installation)

    def uninstall(self, org_id: OrgId, app_ids: Collection[AppId]) -> None:
        for app_id in app_ids:
            self._installations.pop((org_id, app_id), None)

    def find(self, org_id: OrgId, app_id: AppId) -> App | None:
        """One that there ever was, also if it is off."""
        return self._apps.get((org_id, app_id))

    def serves(self, app: App, person: Person) -> bool:
        return any(each.serves(person) for each in self._installations.get((app.org_id, app.id), ()))
