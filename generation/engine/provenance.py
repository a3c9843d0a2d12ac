"""Sign images with C2PA content credentials, and say what a file's credential is worth.

The chain is our own: a certificate authority and one signing certificate, made at first use and
kept in a folder that only this account reads. Verifying trusts that authority and no other.
Sign last: saving a file again drops its credential.
"""

import io
import json
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from generation.engine.image_files import SOURCE_TYPE

CHAIN_FILE, KEY_FILE, AUTHORITY_FILE = "chain.pem", "key.pem", "authority.pem"
AUTHORITY_YEARS = 20
SUMMARY_LABEL = "housestyle.recipe"
GENERATOR = {"name": "Housestyle"}
ORIGINAL = "original"
# How a credential's box is called in PNG, and inside JPEG and WebP.
CREDENTIAL_MARKS = (b"caBX", b"jumb")


class State(StrEnum):
    TRUSTED = "trusted"
    FOREIGN = "foreign"
    TAMPERED = "tampered"
    UNSIGNED = "unsigned"


@dataclass(frozen=True)
class Verdict:
    """What a file's credential is worth, in one word and one sentence."""

    state: State
    reason: str
    title: str = ""
    signed_by: str = ""
    summary: dict[str, str] = field(default_factory=dict)

    @property
    def is_trusted(self) -> bool:
        return self.state == State.TRUSTED


REASONS = {
    State.TRUSTED: "Made here, and unchanged since it was signed.",
    State.FOREIGN: "Unchanged since it was signed, but by somebody this house does not know.",
    State.TAMPERED: "Changed after it was signed.",
    State.UNSIGNED: "It carries no credential: never signed, or saved again since.",
}


class Signer:
    """Signs with the chain in `folder`; makes the chain when the folder has none."""

    def __init__(self, folder: Path) -> None:
        if not (folder / KEY_FILE).exists():
            _make_chain(folder)
        self._chain = (folder / CHAIN_FILE).read_bytes()
        self._key = (folder / KEY_FILE).read_bytes()
        self._authority = (folder / AUTHORITY_FILE).read_text()

    def sign_png(self, png: bytes, title: str, recipe_summary: dict[str, str]) -> bytes:
        """The same image with a credential of about 3 kB embedded."""
        created = {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE}
        return self._sign(png, _manifest(title, recipe_summary, [created]))

    def sign_copy(self, copy: bytes, original: bytes, verdict: Verdict) -> bytes:
        """A converted copy with a credential of its own that names the original it came from.

        `verdict` is what the original's credential said: only a trusted one is passed on.
        """
        if not verdict.is_trusted:
            return copy
        opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": [ORIGINAL]}}
        actions: list[dict[str, Any]] = [opened, {"action": "c2pa.transcoded"}]
        manifest = _manifest(verdict.title, verdict.summary, actions)
        return self._sign(copy, {**manifest, "format": kind_of(copy)}, original)

    def _sign(self, content: bytes, manifest: dict[str, Any], original: bytes = b"") -> bytes:
        info = c2pa.C2paSignerInfo(b"es256", self._chain, self._key, None)
        signed = io.BytesIO()
        # A thumbnail inside the credential would add 0.4 MB to every file.
        settings = {"builder": {"thumbnail": {"enabled": False}}}
        with (
            c2pa.Context.from_dict(settings) as context,
            c2pa.Signer.from_info(info) as signer,
            c2pa.Builder(json.dumps(manifest), context) as builder,
        ):
            if original:
                named = {"title": manifest["title"], "relationship": "parentOf", "label": ORIGINAL}
                builder.add_ingredient(named, kind_of(original), io.BytesIO(original))
            builder.sign(signer, manifest["format"], io.BytesIO(content), signed)
        return signed.getvalue()

    def verify(self, content: bytes) -> Verdict:
        """Never raises for a damaged or foreign file: that is a verdict too."""
        settings = {
            "trust": {"user_anchors": self._authority},
            "verify": {"verify_trust": True, "remote_manifest_fetch": False},
        }
        try:
            with (
                c2pa.Context.from_dict(settings) as context,
                c2pa.Reader(kind_of(content), io.BytesIO(content), context=context) as reader,
            ):
                return _verdict(reader)
        except c2pa.C2paError.ManifestNotFound:
            return _plain(State.UNSIGNED)
        except c2pa.C2paError as error:
            if not any(mark in content for mark in CREDENTIAL_MARKS):
                return _plain(State.UNSIGNED)
            return Verdict(State.TAMPERED, f"Its credential cannot be read ({error}).")


def kind_of(content: bytes) -> str:
    """JPEG and WebP by their first bytes; anything else is read as PNG."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/webp" if content[8:12] == b"WEBP" else "image/png"


def _manifest(title: str, summary: dict[str, str], actions: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "claim_generator_info": [GENERATOR],
        "title": title,
        "format": "image/png",
        "assertions": [
            {"label": "c2pa.actions", "data": {"actions": actions}},
            {"label": SUMMARY_LABEL, "data": summary},
        ],
    }


def _plain(state: State) -> Verdict:
    return Verdict(state, REASONS[state])


def _verdict(reader: Any) -> Verdict:
    state = {"Trusted": State.TRUSTED, "Valid": State.FOREIGN}.get(
        reader.get_validation_state(), State.TAMPERED
    )
    if state == State.TAMPERED:
        return _plain(state)
    manifest = reader.get_active_manifest() or {}
    return Verdict(
        state,
        REASONS[state],
        title=str(manifest.get("title", "")),
        signed_by=str(manifest.get("signature_info", {}).get("issuer", "")),
        summary=_summary(manifest),
    )


def _summary(manifest: dict[str, Any]) -> dict[str, str]:
    for assertion in manifest.get("assertions", []):
        if assertion.get("label") == SUMMARY_LABEL:
            return {str(key): str(value) for key, value in assertion["data"].items()}
    return {}


def _make_chain(folder: Path) -> None:
    # Made aside and renamed whole, so that two processes starting together agree on one chain.
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        _write_chain(aside)
        _keep_one(aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _keep_one(aside: Path, folder: Path) -> None:
    try:
        os.rename(aside, folder)
    except OSError:
        if not (folder / KEY_FILE).exists():
            raise


def _write_chain(folder: Path) -> None:
    authority_key, signing_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _certificate("Housestyle Authority", authority_key, authority_key, None)
    signing = _certificate("Housestyle Images", signing_key, authority_key, authority)
    pem = serialization.Encoding.PEM
    _write(folder / AUTHORITY_FILE, authority.public_bytes(pem))
    _write(folder / CHAIN_FILE, signing.public_bytes(pem) + authority.public_bytes(pem))
    # The authority's key is not kept: nobody can ever sign a second certificate with it.
    private = signing_key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(folder / KEY_FILE, private)


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
) -> x509.Certificate:
    subject, start = _name(name), datetime.now(UTC) - timedelta(days=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365 * AUTHORITY_YEARS))
        .add_extension(_usage(is_authority=issuer is None), critical=True)
        .add_extension(_constraints(is_authority=issuer is None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )
    if issuer is not None:
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purposes, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Housestyle"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _constraints(*, is_authority: bool) -> x509.BasicConstraints:
    return x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None)


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
