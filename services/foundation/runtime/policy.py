"""The one table that says which role may call which RPC on whose things. What is not here is denied.

The scope tells the handler what "whose" means for its objects; things outside answer NOT_FOUND there.
"""

from collections.abc import Mapping
from enum import StrEnum

from ..errors import Denied
from .identity import Caller, Role


class Scope(StrEnum):
    """On whose things."""

    ANY = "ANY"  # reference data, or the code itself is the right
    OWN_OFFICE = "OWN_OFFICE"  # filed at the caller's office
    OWN_AUTHORITY = "OWN_AUTHORITY"  # addressed to the caller's authority
    OWN_PARCELS = "OWN_PARCELS"  # held by, offered to or passing the caller's place
    OWN_PLACE = "OWN_PLACE"  # of the caller's office or authority
    SIGNED = "SIGNED"  # what a device of the caller's place has signed


_ANY, _OFFICE, _AUTHORITY, _PARCELS = Scope.ANY, Scope.OWN_OFFICE, Scope.OWN_AUTHORITY, Scope.OWN_PARCELS
_PLACE, _SIGNED = Scope.OWN_PLACE, Scope.SIGNED
_CLERK, _COURIER, _OFFICER, _SUPERVISOR = Role.CLERK, Role.COURIER, Role.OFFICER, Role.SUPERVISOR
_STAFF: Mapping[Role, Scope] = dict.fromkeys(Role, _ANY)
_OWN: Mapping[Role, Scope] = {_CLERK: _OFFICE, _SUPERVISOR: _OFFICE, _OFFICER: _AUTHORITY}
_CARRIERS: Mapping[Role, Scope] = {_CLERK: _PARCELS, _COURIER: _PARCELS, _OFFICER: _PARCELS}
_COUNTER: Mapping[Role, Scope] = {_CLERK: _OFFICE, _SUPERVISOR: _OFFICE}
_DEVICE_HOLDERS: Mapping[Role, Scope] = {_CLERK: _SIGNED, _COURIER: _SIGNED, _OFFICER: _SIGNED, _SUPERVISOR: _SIGNED}
_DECIDER: Mapping[Role, Scope] = {_OFFICER: _AUTHORITY}

PUBLIC = frozenset({
    "/postal.tracking.v1.TrackingService/Track",
    "/postal.courier.v1.CourierService/ListLabelKeys",  # public keys
    "/postal.courier.v1.DeviceService/EnrolDevice",  # the invitation is the right
    "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch", "/grpc.health.v1.Health/List"})

_INTAKE = {
    "ListProcedures": _STAFF, "GetProcedure": _STAFF, "ResolveAuthority": _STAFF,
    "FileDossier": {_CLERK: _OFFICE}, "FileDossiers": {_CLERK: _OFFICE},
    "GetDossier": _OWN, "ListDossiers": _OWN,
    "RenderLabel": {_CLERK: _OFFICE, _OFFICER: _AUTHORITY}, "RenderReceipt": {_CLERK: _OFFICE},
    "ListPrinters": {_CLERK: _ANY, _OFFICER: _ANY}, "PrintLabel": {_CLERK: _OFFICE, _OFFICER: _AUTHORITY},
    "AcceptDossier": _DECIDER, "DeclineDossier": _DECIDER, "RequestSupplement": _DECIDER, "DecideDossier": _DECIDER,
    "SupplyPapers": {_CLERK: _ANY, _OFFICER: _AUTHORITY},
    "WithdrawDossier": {_CLERK: _OFFICE, _OFFICER: _AUTHORITY},
    "CancelDossier": {_CLERK: _OFFICE}, "ReprintLabel": {_CLERK: _OFFICE},
    "PrintRoll": _COUNTER, "RenderRoll": _COUNTER, "GetDay": _COUNTER, "CloseDay": _COUNTER,
}
_COURIERS = {
    "RecordScans": {_CLERK: _ANY, _COURIER: _ANY, _OFFICER: _ANY},
    "OfferHandover": _CARRIERS, "AcceptHandover": _CARRIERS,
    "GetParcel": {**_CARRIERS, _SUPERVISOR: _PARCELS}, "ListParcels": {**_CARRIERS, _SUPERVISOR: _PARCELS},
    "RecordDelivery": {_CLERK: _PARCELS, _COURIER: _PARCELS},
    "ListClaims": {_CLERK: _PARCELS, _OFFICER: _PARCELS, _SUPERVISOR: _PARCELS},
    "UploadBundle": _DEVICE_HOLDERS, "UploadPictures": _DEVICE_HOLDERS,
    "ListPictures": {_CLERK: _PARCELS, _SUPERVISOR: _PARCELS}, "GetPicture": {_CLERK: _PARCELS, _SUPERVISOR: _PARCELS},
    "ListCases": {_CLERK: _PLACE, _COURIER: _PLACE, _OFFICER: _PLACE, _SUPERVISOR: _PLACE},
    "SettleCases": {_CLERK: _PLACE, _OFFICER: _PLACE, _SUPERVISOR: _PLACE},
}
_KEEPERS: Mapping[Role, Scope] = {_CLERK: _PLACE, _OFFICER: _PLACE, _SUPERVISOR: _PLACE}
_DEVICES = {"InviteDevice": _KEEPERS, "RevokeDevice": _KEEPERS, "ListDevices": _KEEPERS}
_TRACKING = {"GetJourney": {_CLERK: _OFFICE, _OFFICER: _AUTHORITY, _COURIER: _PARCELS, _SUPERVISOR: _OFFICE}}

TABLE: Mapping[str, Mapping[Role, Scope]] = {
    f"/postal.{package}.v1.{service}/{method}": roles
    for package, service, methods in (("intake", "IntakeService", _INTAKE), ("courier", "CourierService", _COURIERS),
                                      ("courier", "DeviceService", _DEVICES),
                                      ("tracking", "TrackingService", _TRACKING))
    for method, roles in methods.items()
}


def is_known(method: str) -> bool:
    """Whether the table says anything about a method; one it does not know cannot be served."""
    return method in TABLE or method in PUBLIC


def authorise(method: str, found: Caller) -> Scope:
    """The scope a caller has on a method; raises Denied ROLE_NOT_ALLOWED."""
    scope = TABLE.get(method, {}).get(found.role)
    if scope is None:
        raise Denied("ROLE_NOT_ALLOWED", f"this is not for the role {found.role.value}", field="authorization")
    return scope
