"""The keys that labels' signed codes are made with: several in a folder, the newest signs, all that were ever made are told.

Files of the installation's folder of keys, read again when one of them changes: ``label-<UTC time>.key`` (32 bytes, 0600), whose
name says from when it signs, and ``label-revoked.txt``, a line each of key id and RFC 3339 time. A key goes in by
``make labelkeys NEW=1`` and out by ``REVOKE=ID``; processes notice within the next label.
"""

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .. import signed_label
from ..envelope import iso, moment_of
from ..errors import Invalid, Refused
from ..signed_label import LabelSaid
from .identity import key_id, secret_file
from .settings import read

_NAMED = "%Y%m%dT%H%M%SZ"
_REVOKED = "label-revoked.txt"


@dataclass(frozen=True, kw_only=True)
class LabelKey:
    """A key; field names are the contract's. Times UTC."""

    key_id: str
    public_key: bytes
    start_time: datetime
    end_time: datetime | None
    revoke_time: datetime | None

    @cached_property
    def verifying(self) -> Ed25519PublicKey:
        """For checking signatures."""
        return Ed25519PublicKey.from_public_bytes(self.public_key)


class LabelKeys:
    """The keys of a folder. ``made`` is the time a first key is named by if there is none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: tuple[int, ...] | None = None
        self._signing: dict[str, Ed25519PrivateKey] = {}
        self._keys: tuple[LabelKey, ...] = ()

    def all(self) -> tuple[LabelKey, ...]:
        """All, newest first; looks only whether a file has changed."""
        if self._stamps() != self._seen:
            self._read()
            self._seen = self._stamps()
        return self._keys

    def signed(self, tracking_code: str, parcel_code: str, label_version: int, destination: str = "") -> str:
        """The text for a label's second QR, by the newest key that holds; "" if none does: it is printed all the same."""
        name = next((each.key_id for each in self.all() if each.revoke_time is None), "")
        if not name:
            return ""
        said = LabelSaid(tracking_code=tracking_code, parcel_code=parcel_code, label_version=label_version, key_id=name,
                         destination=destination)
        return signed_label.encode(said, self._signing[name].sign(signed_label.to_sign(said)))

    def check(self, text: str) -> LabelSaid:
        """What a signed code says, if it holds; raises Invalid SIGNED_LABEL_MALFORMED, or Refused LABEL_KEY_UNKNOWN,
        LABEL_KEY_REVOKED, LABEL_FORGED."""
        said, signature = signed_label.decode(text)
        key = next((each for each in self.all() if each.key_id == said.key_id), None)
        if key is None:
            raise Refused("LABEL_KEY_UNKNOWN", "signed with a key of another installation", field="label_code")
        if key.revoke_time is not None:
            raise Refused("LABEL_KEY_REVOKED", "its key was revoked; look the code up", field="label_code")
        try:
            key.verifying.verify(signature, signed_label.to_sign(said))
        except InvalidSignature:
            raise Refused("LABEL_FORGED", "the signature does not hold; keep the envelope and ask a supervisor",
                          field="label_code") from None
        return said

    def _stamps(self) -> tuple[int, ...]:
        """Changes when a key or the list of revocations does."""
        paths = (self._folder, self._folder / _REVOKED)
        return tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in paths)

    def _read(self) -> None:
        files = sorted(self._folder.glob("label-*.key"), reverse=True)
        if not files:
            try:
                files = [new_key(self._folder, 0.0)]
            except OSError:  # a mounted secret: labels carry no signed code until it holds a key
                files = []
        pairs = [(_started(path), _private(path)) for path in files]
        revoked, keys, signing = revocations(self._folder), [], {}
        for place, (started, private) in enumerate(pairs):
            public = private.public_key()
            name = key_id(public)[:8]
            signing[name] = private
            keys.append(LabelKey(key_id=name, public_key=public.public_bytes_raw(), start_time=started,
                                 end_time=pairs[place - 1][0] if place else None, revoke_time=revoked.get(name)))
        self._keys, self._signing = tuple(keys), signing


def new_key(folder: Path, now_s: float) -> Path:
    """Makes a key that signs from now on; a folder's first is named by the beginning of time, so that of processes that start
    together one makes it and the others take it."""
    path = folder / f"label-{datetime.fromtimestamp(now_s, UTC):{_NAMED}}.key"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret_file(path, lambda: Ed25519PrivateKey.generate().private_bytes_raw())
    return path


def revocations(folder: Path) -> dict[str, datetime]:
    """Key ids and when each was revoked; raises Invalid REVOCATIONS_UNREADABLE."""
    path, found = folder / _REVOKED, {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.exists() else (), start=1):
        try:
            name, when = line.split()
            found[name] = moment_of(when)
        except ValueError:
            raise Invalid("REVOCATIONS_UNREADABLE", "each line is a key id and a time", field=_REVOKED, value=number) from None
    return found


def revoke(folder: Path, name: str, now_s: float) -> None:
    """Adds a revocation; the whole file is put in place at once. Raises Refused LABEL_KEY_UNKNOWN."""
    if name not in {each.key_id for each in LabelKeys(folder).all()}:
        raise Refused("LABEL_KEY_UNKNOWN", "no key of this folder has this id", field="key_id", value=name)
    listed = {name: datetime.fromtimestamp(now_s, UTC), **revocations(folder)}  # the first time told holds
    fresh = folder / f".{_REVOKED}"
    fresh.write_text("".join(f"{each} {iso(when)}\n" for each, when in listed.items()), encoding="utf-8")
    os.replace(fresh, folder / _REVOKED)


def _private(path: Path) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(secret_file(path, bytes))
    except ValueError:
        raise Invalid("LABEL_KEY_UNREADABLE", "a key of labels has 32 bytes", field="keys_dir", value=path.name) from None


def _started(path: Path) -> datetime:
    try:
        return datetime.strptime(path.stem.removeprefix("label-"), _NAMED).replace(tzinfo=UTC)
    except ValueError:
        raise Invalid("LABEL_KEY_MISNAMED", "name it label-<UTC time like 20261126T080000Z>.key", field="keys_dir") from None


def main(arguments: Sequence[str]) -> int:
    """``new``, ``revoke KEY_ID`` or nothing: shows the keys."""
    folder = read().keys_dir
    try:
        if list(arguments[:1]) == ["new"]:
            new_key(folder, time.time())
        elif list(arguments[:1]) == ["revoke"] and len(arguments) == 2:
            revoke(folder, arguments[1], time.time())
    except Refused as problem:
        sys.stderr.write(f"{problem.reason}: {problem.message}\n")
        return 1
    for key in LabelKeys(folder).all():
        until = f", until {iso(key.end_time)}" if key.end_time else ", signs"
        sys.stdout.write(f"{key.key_id} from {iso(key.start_time)}{until}"
                         f"{f', REVOKED {iso(key.revoke_time)}' if key.revoke_time else ''}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
