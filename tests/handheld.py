"""A handheld made of software: its own key, tokens it signs itself, entries it signs. The signed text is written here a second
time, after the contract's words and apart from the services."""

import base64
import hashlib
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from postal.courier.v1 import courier_service_pb2 as courier
from postal.courier.v1 import device_service_pb2 as devices
from postal.courier.v1 import entry_pb2 as entries
from postal.courier.v1 import parcel_events_pb2 as facts
from postal.courier.v1 import parcel_pb2 as parcels

from services.demo.doors import Doors, Person
from services.foundation.runtime.identity import Minter

SUPERVISOR = Person("ks", "SUPERVISOR", "032248")


def name_of(message: Any, field_name: str) -> str:
    """Name of an enum field's value without its prefix, "" for the first."""
    kind = message.DESCRIPTOR.fields_by_name[field_name].enum_type
    number = getattr(message, field_name)
    return kind.values_by_number[number].name.removeprefix(kind.values[0].name.removesuffix("UNSPECIFIED")) if number else ""


def parcel_line(parcel: Any) -> str:
    """A parcel as the signed text has it."""
    words = [parcel.parcel_code]
    if parcel.label_version:
        words.append(f"label={parcel.label_version}")
    if parcel.HasField("papers_counted"):
        words.append(f"papers={parcel.papers_counted}")
    words += [f"{name_of(each, 'kind')}={each.count}" for each in parcel.differences]
    return " ".join(words)


def signed_text(device: str, entry: Any) -> str:
    """The text of an entry, after the comment in entry.proto."""
    act = entry.WhichOneof("act") or ""
    one = getattr(entry, act) if act else None
    lines = ["postal.courier.v1.Entry", f"device {device}", f"sequence {entry.device_sequence}",
             f"time {entry.device_time.seconds * 1000 + entry.device_time.nanos // 1_000_000}", f"operator {entry.operator}",
             f"office {entry.office_code}"]
    if entry.HasField("coarse_place"):
        lines.append(f"place {entry.coarse_place.latitude_hundredths} {entry.coarse_place.longitude_hundredths}")
    lines += [f"mode {name_of(entry, 'mode')}", f"act {act.upper()}"]
    if act == "scan":
        lines.append(f"activity {name_of(one, 'activity')}")
    if act in ("offer", "accept"):
        lines.append(f"handover {one.handover_id}")
    if act == "offer":
        lines += [f"taker {one.taker.place}"] + ([f"person {one.taker.person}"] if one.taker.person else [])
    if act in ("offer", "accept", "deliver") and one.signature_sha256:
        lines.append(f"signature {one.signature_sha256}")
    if act == "deliver":
        lines += [f"relation {name_of(one, 'relation')}", f"identity {name_of(one, 'identity_paper')}"]
        lines += [f"receiver {one.receiver_sha256}"] if one.receiver_sha256 else []
        lines += [f"picture {name_of(one, 'picture')}"] if one.picture else []
    if act == "attempt":
        lines += [f"reason {name_of(one, 'reason')}"] + ([f"next {name_of(one, 'next_step')}"] if one.next_step else [])
    return "\n".join([*lines, *(f"parcel {parcel_line(parcel)}" for parcel in entry.parcels)])


def key_of(number: int) -> ec.EllipticCurvePrivateKey:
    """A key drawn by the caller, so that a seed gives the same."""
    return ec.derive_private_key(number + 1, ec.SECP256R1())


def raw_signature(key: ec.EllipticCurvePrivateKey, text: bytes) -> bytes:
    """r and s, as WebCrypto gives them."""
    r, s = decode_dss_signature(key.sign(text, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def holds(public_key: bytes, text: bytes, signature: bytes) -> bool:
    """Whether a signature holds, by a key as DER."""
    key: Any = serialization.load_der_public_key(public_key)
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    try:
        key.verify(der, text, ec.ECDSA(hashes.SHA256()))
    except Exception:
        return False
    return True


def minting(minter: Minter) -> Callable[[Any], str]:
    """Tokens for persons by the installation, for handhelds by themselves."""
    return lambda who: who.token() if isinstance(who, Handheld) else minter.mint_for(who)


def _part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Handheld:
    """One device in somebody's hand. ``now`` is its clock, in seconds since 1970; ``told`` the server's as it believes it."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    device_id: str = ""
    role: str = "COURIER"
    place: str = "032248"
    operator: str = "bt"
    now: Callable[[], float] = time.time
    told: Callable[[], float] = time.time
    count: int = 0

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    def token(self, **claims: Any) -> str:
        """A bearer token for 10 minutes; ``claims`` override, for tests of bad ones."""
        now = int(self.told())
        head = {"alg": "ES256", "typ": "at+jwt", "kid": self.device_id}
        body = {"iss": "dossier-post", "aud": "dossier-post", "iat": now, "nbf": now, "exp": now + 600, "jti": uuid.uuid4().hex,
                "sub": self.operator, "role": self.role, "place": self.place, "device": self.device_id, **claims}
        text = f"{_part(head)}.{_part(body)}"
        return f"{text}.{_part(raw_signature(self.key, text.encode()))}"

    async def enrol(self, doors: Doors, inviter: Person = SUPERVISOR) -> "Handheld":
        """Invited and enrolled through the doors."""
        self.place = inviter.place
        invited = await doors.call("InviteDevice", devices.InviteDeviceRequest(
            role=f"DEVICE_ROLE_{self.role}", label="máy quét", request_id=str(uuid.uuid4())), inviter)
        enrolled = await doors.call("EnrolDevice", devices.EnrolDeviceRequest(
            invitation_code=invited.invitation_code, public_key=self.public_key, request_id=str(uuid.uuid4())))
        self.device_id = enrolled.device_id
        return self

    def signed(self, entry: Any) -> Any:
        """The entry with its signature."""
        entry.signature = raw_signature(self.key, signed_text(self.device_id, entry).encode())
        return entry

    def entry(self, *codes: str, at: float | None = None, **fields: Any) -> Any:
        """An entry with the next number, signed; ``fields`` name its act and whatever else is to differ."""
        self.count += 1
        made = entries.Entry(**{
            "device_sequence": self.count, "operator": self.operator, "office_code": self.place,
            "mode": entries.HANDHELD_MODE_INTO_HUB, "parcels": [entries.EntryParcel(parcel_code=code) for code in codes],
            "coarse_place": entries.CoarsePlace(latitude_hundredths=918, longitude_hundredths=10515), **fields})
        if not made.HasField("device_time"):
            made.device_time.FromDatetime(datetime.fromtimestamp(round(at if at is not None else self.now(), 3), UTC))
        return self.signed(made)

    def scan(self, code: str, activity: Any = parcels.SCAN_ACTIVITY_ARRIVED, **fields: Any) -> Any:
        """A scan."""
        return self.entry(code, scan=entries.ScanAct(activity=activity), **fields)

    def offer(self, *codes: str, to: str, person: str = "", handover_id: str = "", **fields: Any) -> Any:
        """Custody offered."""
        act = entries.OfferAct(handover_id=handover_id or str(uuid.uuid4()), taker=parcels.Holder(person=person, place=to))
        return self.entry(*codes, offer=act, **{"mode": entries.HANDHELD_MODE_HAND_OVER, **fields})

    def accept(self, *codes: str, handover_id: str, **fields: Any) -> Any:
        """Custody accepted."""
        return self.entry(*codes, accept=entries.AcceptAct(handover_id=handover_id),
                          **{"mode": entries.HANDHELD_MODE_HAND_OVER, **fields})

    def deliver(self, *codes: str, receiver: Any = None, proof: dict[str, Any] | None = None, **fields: Any) -> Any:
        """Delivered to the citizen; ``proof`` tells what differs in the act."""
        shown = receiver or entries.ReceiverShown(salt="0" * 32, full_name="Nguyễn Thị Ánh Tuyết", last_four="1234")
        words = "\n".join((shown.salt, shown.full_name, shown.last_four, shown.one_time_code))
        act = entries.DeliverAct(**{
            "relation": facts.RECEIVER_RELATION_APPLICANT, "identity_paper": facts.IDENTITY_PAPER_IDENTITY_CARD,
            "signature_sha256": hashlib.sha256(b"picture").hexdigest(), "receiver": shown,
            "receiver_sha256": hashlib.sha256(words.encode()).hexdigest(), **(proof or {})})
        return self.entry(*codes, deliver=act, **{"mode": entries.HANDHELD_MODE_DELIVER, **fields})

    def bundle(self, *made: Any, now: float | None = None) -> Any:
        """A bundle of entries as this device would send it."""
        request = courier.UploadBundleRequest(device_id=self.device_id, entries=made, request_id=str(uuid.uuid4()))
        request.device_now.FromDatetime(datetime.fromtimestamp(round(now if now is not None else self.now(), 3), UTC))
        return request
