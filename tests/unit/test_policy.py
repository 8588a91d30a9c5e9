"""Who may call what: the table written a second time, by hand; every RPC times every role."""

import pytest
from postal.courier.v1 import courier_service_pb2, device_service_pb2
from postal.intake.v1 import intake_service_pb2
from postal.tracking.v1 import tracking_service_pb2

from services.foundation.errors import Denied
from services.foundation.runtime import policy
from services.foundation.runtime.identity import Caller, Role

BY_HAND = """
ListProcedures    CLERK COURIER OFFICER SUPERVISOR INTEGRATOR
GetProcedure      CLERK COURIER OFFICER SUPERVISOR INTEGRATOR
ResolveAuthority  CLERK COURIER OFFICER SUPERVISOR INTEGRATOR
FileDossier       CLERK
FileDossiers      CLERK
GetDossier        CLERK OFFICER SUPERVISOR
ListDossiers      CLERK OFFICER SUPERVISOR
RenderLabel       CLERK OFFICER
RenderReceipt     CLERK
ListPrinters      CLERK OFFICER
PrintLabel        CLERK OFFICER
AcceptDossier     OFFICER
DeclineDossier    OFFICER
RequestSupplement OFFICER
DecideDossier     OFFICER
SupplyPapers      CLERK OFFICER
WithdrawDossier   CLERK OFFICER
CancelDossier     CLERK
ReprintLabel      CLERK
PrintRoll         CLERK SUPERVISOR
RenderRoll        CLERK SUPERVISOR
GetDay            CLERK SUPERVISOR
CloseDay          CLERK SUPERVISOR
RecordScans       CLERK COURIER OFFICER
OfferHandover     CLERK COURIER OFFICER
AcceptHandover    CLERK COURIER OFFICER
GetParcel         CLERK COURIER OFFICER SUPERVISOR
ListParcels       CLERK COURIER OFFICER SUPERVISOR
RecordDelivery    CLERK COURIER
UploadBundle      CLERK COURIER OFFICER SUPERVISOR
ListClaims        CLERK OFFICER SUPERVISOR
UploadPictures    CLERK COURIER OFFICER SUPERVISOR
ListPictures      CLERK SUPERVISOR
GetPicture        CLERK SUPERVISOR
ListCases         CLERK COURIER OFFICER SUPERVISOR
SettleCases       CLERK OFFICER SUPERVISOR
InviteDevice      CLERK OFFICER SUPERVISOR
RevokeDevice      CLERK OFFICER SUPERVISOR
ListDevices       CLERK OFFICER SUPERVISOR
GetJourney        CLERK COURIER OFFICER SUPERVISOR
"""
ALLOWED = {line.split()[0]: set(line.split()[1:]) for line in BY_HAND.strip().splitlines()}
METHODS = {method.name: f"/{service.full_name}/{method.name}"
           for module in (intake_service_pb2, courier_service_pb2, device_service_pb2, tracking_service_pb2)
           for service in module.DESCRIPTOR.services_by_name.values() for method in service.methods}


def test_every_method_of_the_contracts_is_in_the_table_or_public() -> None:
    public = {"Track", "EnrolDevice", "ListLabelKeys"}
    assert set(METHODS) == set(ALLOWED) | public
    assert all(policy.is_known(METHODS[name]) and METHODS[name] in policy.PUBLIC for name in public)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("method", ALLOWED)
def test_a_role_may_call_what_the_table_says_and_nothing_else(method: str, role: Role) -> None:
    who = Caller(person="p", role=role, place="x")
    if role.value in ALLOWED[method]:
        assert policy.authorise(METHODS[method], who)
    else:
        with pytest.raises(Denied):
            policy.authorise(METHODS[method], who)


def test_a_method_nobody_wrote_down_is_denied_to_all() -> None:
    for role in Role:
        with pytest.raises(Denied):
            policy.authorise("/postal.intake.v1.IntakeService/DeleteDossier", Caller(person="p", role=role, place="x"))
