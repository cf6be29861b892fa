"""A way to a GitLab server through python-gitlab: whom to trust, how long to wait, and when to be silent."""

import base64
import re
import ssl
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final

import certifi
import requests
from gitlab import Gitlab
from requests.adapters import HTTPAdapter

from gitlab_hooks.settings import Settings
from gitlab_hooks.trouble import AskedToWait, Trouble

THREADS: Final = 8
"""How many requests are under way at once: GitLab is for others too."""

PAGE: Final = 100
"""As many as GitLab gives at a time."""

USER_AGENT: Final = "Keypost GitLab extension"
_CERTIFICATE: Final = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)


def connect(settings: Settings, timeout_s: float) -> Gitlab:
    """Speaks for the owner of the access token; the threads of one task share it. `timeout_s` is for one request.

    Raises `Trouble` if the settings cannot be used.
    """
    if not settings.address:  # python-gitlab would take gitlab.com.
        raise Trouble("No address of GitLab is set")
    token = settings.access_token.reveal().strip() if settings.access_token is not None else ""
    if not token.isascii() or not token.isprintable():  # It could not be sent in a header.
        raise Trouble("GitLab does not accept the access token: it has characters that no token has")
    return Gitlab(
        settings.address,
        private_token=token,
        session=_session(settings),
        timeout=timeout_s,
        per_page=PAGE,
        keep_base_url=True,  # The next page is at this server too, whatever it believes to be called.
        user_agent=USER_AGENT,
    )


def trust(certificates: str) -> ssl.SSLContext:
    """Trusts this machine's authorities, the public ones, and those in `certificates`, which are PEM or nothing."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    if not certificates.strip():
        return context
    if "PRIVATE KEY" in certificates:
        raise Trouble("The setting `ca_certificate` holds a private key: only the certificate belongs there")
    try:
        found = b"".join(map(_der, _CERTIFICATE.findall(certificates)))
        context.load_verify_locations(cadata=found)
    except (ValueError, ssl.SSLError):
        raise Trouble("The setting `ca_certificate` is no certificate in PEM form") from None
    return context


def _der(body: str) -> bytes:
    """Text that was pasted into one line has something else where its lines broke, or nothing."""
    return base64.b64decode(re.sub(r"\s|\\n", "", body), validate=True)


def _session(settings: Settings) -> requests.Session:
    session = requests.Session()
    if settings.address.lower().startswith("https:"):
        session.mount("https://", _Trusting(trust(settings.ca_certificate)))
    else:
        session.mount("http://", HTTPAdapter(pool_maxsize=THREADS))
    session.max_redirects = 0  # The access token is for this server alone.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # Cookies are what threads would fight over.
    session.hooks["response"].append(_heed)
    return session


def _heed(answer: requests.Response, *_: Any, **__: Any) -> None:
    """python-gitlab would wait as long as it is asked to, and forgets the header in its own exceptions."""
    wait = answer.headers.get("Retry-After", "")
    is_busy = answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE and wait
    if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS or is_busy:
        answer.close()
        raise AskedToWait(float(wait) if wait.isascii() and wait.isdigit() else None)


class _Trusting(HTTPAdapter):
    """`requests` knows bundles in files only, and none but its own unless it is told."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_maxsize=THREADS)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        return super().proxy_manager_for(*args, **kwargs, ssl_context=self._context)

    def cert_verify(self, conn: Any, *_: Any, **__: Any) -> None:
        conn.cert_reqs = ssl.CERT_REQUIRED
