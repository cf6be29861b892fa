"""GitLab with a certificate of a private authority."""

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from gitlab_hooks import connection
from gitlab_hooks.registering import register
from gitlab_hooks.trouble import Trouble
from gitlab_hooks.under_way import UnderWay
from gitlab_hooks.writing import Deed
from hooks_world import Time, deeds, settings, wanted
from standin import GitLab
from standin_server import serving

DAY: Final = dt.timedelta(days=1)
NOT_TRUSTED: Final = "The certificate of GitLab's server is not trusted: see the setting `ca_certificate`"
NO_CERTIFICATE: Final = "The setting `ca_certificate` is no certificate in PEM form"


class Authority:
    """A private certificate authority, and one server's certificate from it."""

    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        is_authority = x509.BasicConstraints(ca=True, path_length=None)
        certificate = self._signed(self._name, self._key).add_extension(is_authority, critical=True)
        self.pem = _pem(certificate.sign(self._key, hashes.SHA256()))

    def server(self, folder: Path, host: str = "localhost") -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.DNSName(host), x509.IPAddress(ipaddress.ip_address("127.0.0.9"))]
        unsigned = self._signed(x509.Name([]), key).add_extension(x509.SubjectAlternativeName(names), critical=True)
        file = folder / "server.pem"
        file.write_text(_pem(unsigned.sign(self._key, hashes.SHA256())) + _key_pem(key), "ascii")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _signed(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        return builder.not_valid_before(now - DAY).not_valid_after(now + DAY)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("Keypost's own")


@pytest.fixture
def private(authority: Authority, tmp_path: Path) -> Iterator[GitLab]:
    gitlab = GitLab()
    gitlab.access_token(gitlab.admin())
    gitlab.project("ada/own", gitlab.person("ada"))
    with serving(gitlab, authority.server(tmp_path)) as running:
        yield running


def connect(gitlab: GitLab, ca_certificate: str) -> dict[str, Deed]:
    known = settings(gitlab, ca_certificate=ca_certificate)
    outcomes = register(known, "ada@keypost.example", wanted("tok_1"), UnderWay(), Time().patience())
    return deeds(outcomes)


def refusal(gitlab: GitLab, ca_certificate: str) -> str:
    with pytest.raises(Trouble) as caught:
        connect(gitlab, ca_certificate)
    return caught.value.sentence


def test_a_private_authority_is_trusted_once_it_is_set(private: GitLab, authority: Authority) -> None:
    assert connect(private, authority.pem) == {"ada/own": Deed.CREATED}


def test_and_not_before(private: GitLab) -> None:
    assert refusal(private, "") == NOT_TRUSTED
    assert private.asked == []


def test_another_authority_does_not_help(private: GitLab) -> None:
    assert refusal(private, Authority("Somebody else's").pem) == NOT_TRUSTED


def test_of_several_authorities_one_is_enough(private: GitLab, authority: Authority) -> None:
    assert connect(private, Authority("Old").pem + "\n" + authority.pem) == {"ada/own": Deed.CREATED}


def test_a_certificate_for_another_host_is_not_trusted(authority: Authority, tmp_path: Path) -> None:
    gitlab = GitLab()
    gitlab.access_token(gitlab.admin())
    with serving(gitlab, authority.server(tmp_path, "gitlab.keypost.example")) as running:
        assert refusal(running, authority.pem) == NOT_TRUSTED


@pytest.mark.parametrize("between", [" ", "\n", "\r\n", "\n\n", "\\n"])
def test_it_may_lose_its_line_breaks_on_the_way(private: GitLab, authority: Authority, between: str) -> None:
    assert connect(private, between.join(authority.pem.splitlines())) == {"ada/own": Deed.CREATED}


@pytest.mark.parametrize(
    "text",
    [
        "/etc/ssl/certs/company.pem",
        "-----BEGIN CERTIFICATE-----\nnot base64!\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nö\n-----END CERTIFICATE-----",
    ],
)
def test_what_is_no_certificate_is_said(private: GitLab, text: str) -> None:
    assert refusal(private, text) == NO_CERTIFICATE


def test_a_private_key_is_told_apart(private: GitLab, authority: Authority) -> None:
    pasted = authority.pem + _key_pem(ec.generate_private_key(ec.SECP256R1()))

    assert "private key" in refusal(private, pasted)


def test_the_public_authorities_stay_trusted_where_the_machine_has_none(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))

    assert connection.trust(authority.pem).cert_store_stats()["x509_ca"] > 50
