import sys
from collections.abc import Iterator
from pathlib import Path

# An extension's directory is on the import path when it runs; so it is here.
sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))

import pytest
from hypothesis import settings
from standin import GitLab, User
from standin_server import serving

# How long an example takes says how busy the machine is, not whether it is right.
settings.register_profile("gitlab", deadline=None)
settings.load_profile("gitlab")


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    """With an administrator, root, whose token may do everything."""
    with serving(GitLab()) as running:
        running.access_token(running.admin())
        yield running


@pytest.fixture
def ada(gitlab: GitLab) -> User:
    return gitlab.person("ada")


@pytest.fixture
def grace(gitlab: GitLab) -> User:
    return gitlab.person("grace")


@pytest.fixture
def without_headers(standin: GitLab) -> Iterator[GitLab]:
    """A GitLab that has no custom headers, of the kind that the test names."""
    fresh = GitLab(standin.version, has_headers=False, refuses_headers=standin.refuses_headers)
    with serving(fresh) as running:
        running.access_token(running.admin())
        yield running
