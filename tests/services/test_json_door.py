"""The JSON door: every RPC answers as through gRPC; guards of origin, kind and size; clean errors for every broken body."""

import asyncio
import base64
import json
import uuid
from typing import Any

import grpc
import pytest
from google.protobuf import json_format, message_factory, struct_pb2
from postal.courier.v1 import courier_service_pb2, device_service_pb2
from postal.intake.v1 import intake_service_pb2
from postal.tracking.v1 import tracking_service_pb2

from services.demo.doors import Doors, Person
from services.foundation.runtime import doorkeeper, grpc_server, json_front, policy, settings, wiring
from services.foundation.runtime.identity import Keys, Minter, Role, current
from services.tracking.grpc_api import TrackingApi
from tests.builders import CLERK, COURIER, OFFICER, a_filing
from tests.services.json_calls import post, send

METHODS = {f"/{service.full_name}/{method.name}": method
           for module in (intake_service_pb2, courier_service_pb2, device_service_pb2, tracking_service_pb2)
           for service in module.DESCRIPTOR.services_by_name.values() for method in service.methods}
FILE, TRACK = "/postal.intake.v1.IntakeService/FileDossier", "/postal.tracking.v1.TrackingService/Track"
STATUS = {"INVALID_ARGUMENT": 400, "FAILED_PRECONDITION": 400, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403, "NOT_FOUND": 404,
          "ABORTED": 409, "RESOURCE_EXHAUSTED": 429, "UNAVAILABLE": 503, "DEADLINE_EXCEEDED": 504, "INTERNAL": 500}  # by hand
PLACES = {Role.OFFICER: "TINH-01"}


def minter(system: Any) -> Minter:
    return Minter(Keys.load_or_make(system.settings.keys_dir))


async def by_grpc(system: Any, path: str, message: Any, token: str) -> tuple[str, str, str, Any]:
    """(code, reason, field, reply) through the gRPC door."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{system.ports[path.split('.')[1]]}") as channel:
        reply = message_factory.GetMessageClass(METHODS[path].output_type)
        call = channel.unary_unary(path, lambda each: each.SerializeToString(), reply.FromString)
        try:
            return "OK", "", "", await call(message, metadata=(("authorization", f"Bearer {token}"),) if token else (), timeout=10)
        except grpc.aio.AioRpcError as error:
            told = dict(error.trailing_metadata() or ())
            return error.code().name, str(told["postal-reason"]), str(told["postal-field"]), None


async def by_json(system: Any, path: str, message: Any, token: str) -> tuple[str, str, str, Any]:
    """The same through the JSON door, with what must hold for each answer."""
    answer = await post(system.http_port, path, message, token)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    if answer.status == 200:
        return "OK", "", "", json_format.Parse(answer.body, message_factory.GetMessageClass(METHODS[path].output_type)())
    error = answer.json
    detail = struct_pb2.Struct.FromString(base64.b64decode(error["details"][0]["value"] + "=="))
    assert (detail["reason"], detail["field"]) == (error["reason"], error["field"])
    assert answer.status == STATUS[error["code"].upper()]
    return error["code"].upper(), error["reason"], error["field"], None


@pytest.mark.parametrize("path", METHODS, ids=lambda path: path.rsplit("/", 1)[1])
async def test_every_rpc_answers_through_json_as_through_grpc(system: Any, path: str) -> None:
    kind = message_factory.GetMessageClass(METHODS[path].input_type)
    allowed = policy.TABLE.get(path, {})
    tokens = {"nobody": "", "forged": "a.b.c", **{
        role.value: minter(system).mint_for(Person("p", role.value, PLACES.get(role, "032248"))) for role in Role}}
    filled = kind(**{field.name: "x" for field in kind.DESCRIPTOR.fields
                     if field.type == field.TYPE_STRING and not field.is_repeated})
    seen = set()
    for who, token in tokens.items():
        for message in (kind(), filled):
            one, other = await by_grpc(system, path, message, token), await by_json(system, path, message, token)
            assert one == other, (who, message)
            seen.add((who, one[0]))
    if path not in policy.PUBLIC:
        assert {("nobody", "UNAUTHENTICATED"), ("forged", "UNAUTHENTICATED")} <= seen
        assert {who for who, code in seen if code == "PERMISSION_DENIED"} == {role.value for role in set(Role) - set(allowed)}


def test_no_contract_is_forgotten_here() -> None:
    known = set(policy.TABLE) | {path for path in policy.PUBLIC if path.startswith("/postal.")}

    assert {path.split("/")[1] for path in METHODS} == {path.split("/")[1] for path in known}
    assert set(METHODS) <= known


async def test_a_dossier_is_filed_read_labelled_and_scanned_through_json_alone(system: Any) -> None:
    clerk, courier = minter(system).mint_for(CLERK), minter(system).mint_for(COURIER)
    request = a_filing()
    filed = (await post(system.http_port, FILE, request, clerk)).json
    again = (await post(system.http_port, FILE, request, clerk)).json
    dossier = filed["dossier"]
    label = (await post(system.http_port, "/postal.intake.v1.IntakeService/RenderLabel",
                        json.dumps({"filingId": dossier["filingId"], "format": "LABEL_FORMAT_PNG"}).encode(), clerk)).json
    scans = (await post(system.http_port, "/postal.courier.v1.CourierService/RecordScans", json.dumps({
        "requestId": str(uuid.uuid4()), "scans": [
            {"device": "h1", "deviceSequence": "1", "parcelCode": dossier["parcelCode"], "officeCode": "032248",
             "activity": "SCAN_ACTIVITY_DEPARTED", "occurTime": "2026-11-24T03:00:00Z"},
            {"device": "h1", "deviceSequence": 2, "parcelCode": "x"}]}).encode(), courier)).json

    assert filed == again
    assert dossier["applicant"]["fullName"] == request.applicant.full_name
    assert base64.b64decode(label["content"]).startswith(b"\x89PNG")
    assert (scans["results"][0]["outcome"], scans["results"][1]["problem"]["reason"]) != ("SCAN_OUTCOME_REFUSED", "")


async def test_an_answer_names_its_empty_fields_and_the_contracts_kinds(system: Any) -> None:
    token = minter(system).mint_for(CLERK)
    empty = (await post(system.http_port, "/postal.courier.v1.CourierService/ListParcels", b"{}", token)).json
    procedure = (await post(system.http_port, "/postal.intake.v1.IntakeService/GetProcedure", b'{"code":"1.014092"}', token)).json

    rules = empty.pop("proofRules")
    assert empty == {"parcels": [], "nextPageToken": "", "placeNames": []}
    assert {"deliveryKind": "DELIVERY_KIND_TO_AUTHORITY", "ways": []} in rules
    assert procedure["procedure"]["feeVnd"] == "500000"  # int64 is text, or a browser would round it


FOREIGN = [
    ({"Origin": "https://elsewhere.vn"}, 403, "ORIGIN_FOREIGN"), ({"Origin": "null"}, 403, "ORIGIN_FOREIGN"),
    ({"Origin": "http://127.0.0.1:1"}, 403, "ORIGIN_FOREIGN"), ({"Origin": "http://[x"}, 403, "ORIGIN_FOREIGN"),
    ({"Origin": ""}, 403, "ORIGIN_FOREIGN"),
    ({"Sec-Fetch-Site": "cross-site"}, 403, "ORIGIN_FOREIGN"), ({"Sec-Fetch-Site": "same-site"}, 403, "ORIGIN_FOREIGN"),
    ({"Sec-Fetch-Site": "none"}, 403, "ORIGIN_FOREIGN"),
    ({"Content-Type": "text/plain"}, 415, "CONTENT_TYPE_WRONG"), ({"Content-Type": ""}, 415, "CONTENT_TYPE_WRONG"),
    ({"Content-Type": "application/proto"}, 415, "CONTENT_TYPE_WRONG"),
    ({"Content-Type": "application/x-www-form-urlencoded"}, 415, "CONTENT_TYPE_WRONG"),
    ({"Content-Type": "application/json; charset=utf-16"}, 415, "CONTENT_TYPE_WRONG"),
    ({"Content-Encoding": "gzip"}, 415, "CONTENT_ENCODING_WRONG"),
    ({"Connect-Protocol-Version": "2"}, 400, "PROTOCOL_VERSION_WRONG"),
    ({"Connect-Timeout-Ms": "-1"}, 400, "TIMEOUT_WRONG"), ({"Connect-Timeout-Ms": "99999999999"}, 400, "TIMEOUT_WRONG"),
    ({"Connect-Timeout-Ms": "٣"}, 400, "TIMEOUT_WRONG"),
]


@pytest.mark.parametrize(("headers", "status", "reason"), FOREIGN, ids=str)
async def test_what_no_page_of_this_site_would_send_is_refused_and_files_nothing(
        system: Any, headers: dict[str, str], status: int, reason: str) -> None:
    answer = await post(system.http_port, FILE, a_filing(), minter(system).mint_for(CLERK), **headers)

    assert (answer.status, answer.json["reason"]) == (status, reason)
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert await system.stores["intake"].streams.unpublished(10) == []


async def test_a_page_of_this_site_is_let_in_and_a_cookie_is_nobody(system: Any) -> None:
    token, port = minter(system).mint_for(CLERK), system.http_port
    own = await post(port, FILE, a_filing(), token, **{
        "Origin": f"http://127.0.0.1:{port}", "Sec-Fetch-Site": "same-origin", "Connect-Protocol-Version": "1",
        "Connect-Timeout-Ms": "5000", "Content-Type": "application/json; charset=UTF-8"})
    cookie = await post(port, FILE, a_filing(), Cookie=f"authorization=Bearer {token}; token={token}")
    preflight = await send(port, f"OPTIONS {FILE}", Origin="https://elsewhere.vn", **{"Access-Control-Request-Method": "POST"})

    assert own.status == 200
    assert (cookie.status, cookie.json["reason"]) == (401, "TOKEN_MISSING")
    assert cookie.headers["www-authenticate"] == "Bearer"
    assert preflight.status == 405
    assert not [name for name in preflight.headers if name.startswith("access-control")]


async def test_of_two_requests_on_one_connection_the_second_has_nobodys_name(
        system: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    async def track(_self: Any, _request: Any, _context: Any) -> Any:
        seen.append(current.get())
        return tracking_service_pb2.TrackResponse()

    monkeypatch.setattr(TrackingApi, "Track", track)
    async with wiring.running(("intake", "courier", "tracking"), system.settings) as again:
        token = minter(again).mint_for(CLERK)
        heads = [f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n{more}\r\n{{}}"
                 for path, more in (("/postal.intake.v1.IntakeService/ListProcedures", f"Authorization: Bearer {token}\r\n"),
                                    (TRACK, "Connection: close\r\n"))]
        reader, writer = await asyncio.open_connection("127.0.0.1", again.http_port)
        writer.write("".join(heads).encode())
        answers = await asyncio.wait_for(reader.read(), 10)
        writer.close()

    assert answers.count(b"HTTP/1.1 200 OK") == 2
    assert seen == [None]


async def test_an_answer_no_json_can_tell_is_our_fault_with_an_incident(
        system: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    async def impossible(_self: Any, _request: Any, _context: Any) -> Any:
        reply = tracking_service_pb2.TrackResponse()
        reply.journey.as_of_time.seconds = 1 << 60
        return reply

    monkeypatch.setattr(TrackingApi, "Track", impossible)
    async with wiring.running(("tracking",), system.settings) as again:
        answer = await post(again.http_port, TRACK, b"{}")

    assert (answer.status, answer.json["code"], answer.json["reason"]) == (500, "internal", "INTERNAL_ERROR")
    assert "incident" in answer.json["message"]
    assert "Traceback" not in capsys.readouterr().err


BROKEN = {
    "nothing": (b"", "MESSAGE_MALFORMED", ""),
    "cut": (b'{"procedureCode": "1.0', "MESSAGE_MALFORMED", ""),
    "utf-8": (b'{"place": "\xff\xfe"}', "MESSAGE_MALFORMED", ""),
    "utf-16": ("{}".encode("utf-16"),
    "MESSAGE_MALFORMED", ""),
    "half a pair": (b'{"place": "\\ud800"}', "MESSAGE_MALFORMED", "place"),
    "a list": (b"[]", "MESSAGE_MALFORMED", ""),
    "null": (b"null", "MESSAGE_MALFORMED", ""),
    "a number": (b"7", "MESSAGE_MALFORMED", ""),
    "nan": (b'{"feeVnd": NaN}', "MESSAGE_MALFORMED", "fee_vnd"),
    "deep": (b"[" * 100_000, "MESSAGE_MALFORMED", ""),
    "deep field": (b'{"papers":' * 90_000, "MESSAGE_MALFORMED", ""),
    "long number": (b'{"feeVnd": ' + b"9" * 5000 + b"}", "MESSAGE_MALFORMED", ""),
    "wide number": (b'{"feeVnd": 9223372036854775808}', "MESSAGE_MALFORMED", "fee_vnd"),
    "fraction": (b'{"weightGrams": 1.5}', "MESSAGE_MALFORMED", "weight_grams"),
    "infinite": (b'{"feeVnd": 1e999}', "MESSAGE_MALFORMED", "fee_vnd"),
    "other enum": (b'{"service": "BY_DRONE"}', "MESSAGE_MALFORMED", "service"),
    "twice": (b'{"place": "a", "place": "b"}', "MESSAGE_MALFORMED", ""),
    "both spellings": (b'{"fee_vnd": 1, "feeVnd": 1}', "OK", ""),
    "unknown": (b'{"Nguy\xe1\xbb\x85n": 1}', "FIELD_UNKNOWN", ""),
    "unknown within": (b'{"papers": [{"name": "a", "096185001234": 1}]}', "FIELD_UNKNOWN", "papers"),
    "wrong kind": (b'{"applicant": "Nguy\xe1\xbb\x85n"}', "FIELD_UNKNOWN", "applicant"),
    "extension": (b'{"[a.b]": 1}', "MESSAGE_MALFORMED", ""),
    "list for text": (b'{"place": ["x"]}', "MESSAGE_MALFORMED", "place"),
    "null in a list": (b'{"papers": [null]}', "MESSAGE_MALFORMED", "papers"),
    "wrong within": (b'{"papers": [{"originals": "zw\xc3\xb6lf"}]}', "MESSAGE_MALFORMED", "papers.originals"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_body_is_told_by_reason_and_field_and_quotes_nothing(system: Any, name: str) -> None:
    body, reason, field = BROKEN[name]
    answer = await post(system.http_port, FILE, body, minter(system).mint_for(CLERK))

    assert answer.status == 400
    if reason != "OK":  # what the parser takes, the rules refuse
        assert (answer.json["code"], answer.json["reason"], answer.json["field"]) == ("invalid_argument", reason, field)
    for private in ("Traceback", "Nguyễn", "096185001234", "DRONE", "zwölf"):
        assert private not in answer.body.decode()


async def test_a_body_is_not_read_for_somebody_who_may_not_call(system: Any) -> None:
    answer = await post(system.http_port, FILE, b"\xff", minter(system).mint_for(OFFICER))

    assert (answer.status, answer.json["reason"]) == (403, "ROLE_NOT_ALLOWED")


PATHS = {
    "unknown method": ("POST /postal.intake.v1.IntakeService/Explode", 404),
    "health": ("POST /grpc.health.v1.Health/Check", 404),
    "unknown contract": ("POST /postal.mail.v1.MailService/Send", 404),
    "no method": ("POST /postal.intake.v1.IntakeService/", 404),
    "deeper": (f"POST {FILE}/x", 404),
    "traversal": ("POST /postal.intake.v1.IntakeService/../../etc/passwd", 404),
    "get": (f"GET {TRACK}?message={{}}", 405),
    "put": (f"PUT {TRACK}", 405),
    "delete": (f"DELETE {TRACK}", 405),
}


@pytest.mark.parametrize("name", PATHS)
async def test_a_path_that_is_no_method_is_plainly_none(system: Any, name: str) -> None:
    head, status = PATHS[name]
    answer = await send(system.http_port, head, b"{}", **{"Content-Type": "application/json"})

    assert answer.status == status
    assert "content-security-policy" in answer.headers
    assert b"Traceback" not in answer.body


async def test_f2_a_body_over_the_limit_is_refused_whether_it_tells_its_length_or_not(system: Any, doors: Doors) -> None:
    token, most = minter(system).mint_for(CLERK), doorkeeper.MOST_BYTES
    told = await post(system.http_port, FILE, b"{}", token, **{"Content-Length": str(most + 1)})
    absurd = await post(system.http_port, FILE, b"{}", token, **{"Content-Length": "9" * 18})
    chunk = b"%x\r\n%s\r\n" % (1 << 16, b" " * (1 << 16))
    reader, writer = await asyncio.open_connection("127.0.0.1", system.http_port)
    writer.write("\r\n".join((f"POST {FILE} HTTP/1.1", "Host: x", "Content-Type: application/json",
                               "Transfer-Encoding: chunked", "", "")).encode())
    writer.write(chunk * (most // (1 << 16) + 1))
    untold = await asyncio.wait_for(reader.readuntil(b"}"), 10)
    writer.close()

    crowded = await post(system.http_port, FILE, b'{"papers":[' + b"{}," * 60_000 + b"{}]}", token)
    for answer in (told, absurd, crowded):
        assert (answer.status, answer.json["reason"]) == (429, "MESSAGE_TOO_LARGE")
    assert b" 429 " in untold.split(b"\r\n")[0]
    assert (await doors.call("FileDossier", a_filing(), CLERK)).dossier.filing_id


async def test_a_body_that_does_not_come_ends_at_the_deadline(system: Any) -> None:
    answer = await post(system.http_port, FILE, b"{", minter(system).mint_for(CLERK), **{
        "Content-Length": "100", "Connect-Timeout-Ms": "200"})

    assert (answer.status, answer.json["code"], answer.json["reason"]) == (504, "deadline_exceeded", "BODY_NOT_SENT")


@pytest.mark.parametrize(("slowest_s", "status"), [(30.0, 200), (0.3, 504)])
async def test_a_body_may_take_longer_than_a_call_but_not_for_ever(
        system: Any, monkeypatch: pytest.MonkeyPatch, slowest_s: float, status: int) -> None:
    monkeypatch.setattr(grpc_server, "LONGEST_S", 0.5)
    monkeypatch.setattr(json_front, "_SLOWEST_S", slowest_s)
    body = json_format.MessageToJson(a_filing()).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", system.http_port)
    writer.write("\r\n".join((f"POST {FILE} HTTP/1.1", "Host: x", "Connection: close", "Content-Type: application/json",
                               f"Authorization: Bearer {minter(system).mint_for(CLERK)}", f"Content-Length: {len(body)}", "",
                               "")).encode() + body[:100])
    await asyncio.sleep(0.8)  # a slow line
    writer.write(body[100:])
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()

    assert answer.startswith(b"HTTP/1.1 %d" % status)


async def test_a_deadline_of_the_caller_is_kept_and_the_filing_is_finished(system: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    streams = system.stores["intake"].streams
    append, may_go_on = streams.append_many, asyncio.Event()

    async def slow(appends: Any) -> Any:
        await may_go_on.wait()
        return await append(appends)

    monkeypatch.setattr(streams, "append_many", slow)
    request, token = a_filing(), minter(system).mint_for(CLERK)
    late = await post(system.http_port, FILE, request, token, **{"Connect-Timeout-Ms": "100"})
    may_go_on.set()
    again = await post(system.http_port, FILE, request, token)

    assert (late.status, late.json["reason"]) == (504, "DEADLINE_PASSED")
    assert again.status == 200
    history = await streams.read(f"dossiers/{again.json['dossier']['filingId']}")
    assert [each.type for each in history].count("postal.intake.v1.DossierFiled") == 1


async def test_alone_a_service_serves_its_own_methods_on_its_own_port(tmp_path: Any) -> None:
    chosen = settings.Settings(store="memory:", intake_port=0, intake_http_port=0, http_port=1, keys_dir=tmp_path)
    async with wiring.running(("intake",), chosen) as alone:
        own = await post(alone.http_port, "/postal.intake.v1.IntakeService/ListProcedures", b"{}", minter(alone).mint_for(CLERK))
        others = await post(alone.http_port, TRACK, b"{}")

    assert own.status == 200
    assert others.status == 404
