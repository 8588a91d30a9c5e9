"""F15: forty bad tokens, each refused for its reason; a good one names its caller."""

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.foundation.errors import Unauthenticated
from services.foundation.runtime.identity import Caller, Keys, Minter, Role, Verifier, key_id

CLERK = Caller(person="gdv", role=Role.CLERK, place="032248", device="h1")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.load_or_make(tmp_path_factory.mktemp("keys"))


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _signed(keys: Keys, header: Any, claims: Any) -> str:
    """A token with any header and claims, signed with the right key."""
    body = f"{_part(header)}.{_part(claims)}"
    signature = base64.urlsafe_b64encode(keys.signing.sign(body.encode())).rstrip(b"=").decode()
    return f"{body}.{signature}"


def bad_tokens(keys: Keys) -> dict[str, tuple[str, str]]:
    """Name: (header value, reason)."""
    mint = Minter(keys).mint
    good = mint(CLERK)
    head, body, signature = good.split(".")
    header = jwt.get_unverified_header(good)
    claims = jwt.decode(good, options={"verify_signature": False})
    public = keys.signing.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    foreign = Ed25519PrivateKey.generate()
    hs = f"{_part({**header, 'alg': 'HS256'})}.{body}"
    forged_hs = base64.urlsafe_b64encode(hmac.new(public, hs.encode(), hashlib.sha256).digest()).rstrip(b"=").decode()
    other = _part({**claims, "role": "SUPERVISOR"})
    missing = {f"without {name}": (_signed(keys, header, {key: value for key, value in claims.items() if key != name}),
                                   "TOKEN_MALFORMED") for name in ("exp", "iat", "aud", "iss", "sub")}
    heads = {f"header {name} {value}": (_signed(keys, {**header, name: value}, claims),
                                           "TOKEN_MALFORMED" if name == "crit" else "TOKEN_FORGED") for name, value in (
        ("alg", "none"), ("alg", "ES256"), ("typ", "JWT"), ("typ", None), ("kid", "0" * 16), ("kid", "../../keys/signing.key"),
        ("kid", "' OR 1=1"), ("jwk", {"kty": "OKP"}), ("jku", "https://evil.example/k"), ("x5u", "https://evil.example"),
        ("x5c", ["x"]), ("crit", ["exp"]))}
    return {
        "nothing": ("", "TOKEN_MISSING"), "other scheme": ("Basic Z2R2OngK", "TOKEN_MALFORMED"),
        "no token": ("Bearer ", "TOKEN_MALFORMED"), "bearer alone": ("Bearer", "TOKEN_MALFORMED"),
        "words": ("Bearer x.y.z", "TOKEN_MALFORMED"), "one part": (f"Bearer {head}", "TOKEN_MALFORMED"),
        "two parts": (f"Bearer {head}.{body}", "TOKEN_MALFORMED"),
        "four parts": (f"Bearer {good}.{signature}", "TOKEN_MALFORMED"),
        "no signature": (f"Bearer {head}.{body}.", "TOKEN_FORGED"),
        "cut signature": (f"Bearer {good[:-9]}", "TOKEN_MALFORMED"),
        "changed signature": (f"Bearer {good[:-8]}AAAAAAAA", "TOKEN_FORGED"),
        "changed body": (f"Bearer {head}.{other}.{signature}", "TOKEN_FORGED"),
        "swapped header": (f"Bearer {_part({**header, 'alg': 'none'})}.{body}.{signature}", "TOKEN_FORGED"),
        "alg none": ("Bearer " + jwt.encode(claims, "", algorithm="none", headers=header | {"alg": "none"}), "TOKEN_FORGED"),
        "HS256 with the public key": (f"Bearer {hs}.{forged_hs}", "TOKEN_FORGED"),
        "foreign key, own kid": ("Bearer " + jwt.encode(claims, foreign, "EdDSA", {**header, "kid": key_id(foreign.public_key())}),
                                 "TOKEN_FORGED"),
        "foreign key, our kid": ("Bearer " + jwt.encode(claims, foreign, "EdDSA", header), "TOKEN_FORGED"),
        "expired": ("Bearer " + mint(CLERK, minutes=-2), "TOKEN_EXPIRED"),
        "expired long ago": ("Bearer " + mint(CLERK, exp=1), "TOKEN_EXPIRED"),
        "not yet": ("Bearer " + mint(CLERK, nbf=int(time.time()) + 600), "TOKEN_NOT_YET_VALID"),
        "other audience": ("Bearer " + mint(CLERK, aud="other"), "TOKEN_FOREIGN"),
        "audience list of others": ("Bearer " + mint(CLERK, aud=["a", "b"]), "TOKEN_FOREIGN"),
        "other issuer": ("Bearer " + mint(CLERK, iss="other"), "TOKEN_FOREIGN"),
        "unknown role": ("Bearer " + mint(CLERK, role="KING"), "TOKEN_MALFORMED"),
        "role as list": ("Bearer " + mint(CLERK, role=["CLERK"]), "TOKEN_MALFORMED"),
        "empty place": ("Bearer " + mint(CLERK, place=""), "TOKEN_MALFORMED"),
        "place as list": ("Bearer " + mint(CLERK, place=["032248", "025978"]), "TOKEN_MALFORMED"),
        "empty person": ("Bearer " + mint(CLERK, sub=""), "TOKEN_MALFORMED"),
        "exp as text": ("Bearer " + _signed(keys, header, {**claims, "exp": "soon"}), "TOKEN_MALFORMED"),
        "claims are a list": ("Bearer " + _signed(keys, header, [1]), "TOKEN_MALFORMED"),
        **{name: (f"Bearer {token}", reason) for name, (token, reason) in (missing | heads).items()},
    }


def test_f15_no_bad_token_gets_in(keys: Keys) -> None:
    bad, verifier = bad_tokens(keys), Verifier(keys)
    found = {}
    for name, (header, _) in bad.items():
        with pytest.raises(Unauthenticated) as problem:
            verifier.verify(header)
        found[name] = problem.value.reason

    assert len(bad) >= 40
    assert found == {name: reason for name, (_, reason) in bad.items()}


def test_a_good_token_names_its_caller_again_and_again_until_it_expires(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    verifier, token = Verifier(keys), Minter(keys).mint(CLERK)
    assert [verifier.verify(f"Bearer {token}") for _ in range(3)] == [CLERK] * 3

    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 16 * 60)
    assert Verifier(keys)._good == {}
    assert next(iter(verifier._good.values()))[0] < time.time()


def test_keys_are_made_once_and_closed_to_others(tmp_path: Path) -> None:
    first, second = Keys.load_or_make(tmp_path), Keys.load_or_make(tmp_path)

    assert first.seal_key == second.seal_key
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    (tmp_path / "seal.key").write_bytes(b"short")
    with pytest.raises(ValueError, match="32 bytes"):
        Keys.load_or_make(tmp_path)


def test_a_token_key_is_replaced_without_a_moment_in_which_nobody_gets_in(tmp_path: Path) -> None:
    before, after = (Keys.load_or_make(tmp_path / name) for name in ("before", "after"))
    trusted = tmp_path / "trusted"
    trusted.mkdir()
    for name, keys in (("before", before), ("after", after)):
        (trusted / f"{name}.pub").write_bytes(next(iter(keys.verifying.values())).public_bytes_raw())
    both = Verifier(Keys.load_or_make(tmp_path / "service", trusted))
    (trusted / "before.pub").unlink()
    one = Verifier(Keys.load_or_make(tmp_path / "service", trusted))

    assert both.verify(f"Bearer {Minter(before).mint(CLERK)}") == both.verify(f"Bearer {Minter(after).mint(CLERK)}") == CLERK
    assert one.verify(f"Bearer {Minter(after).mint(CLERK)}") == CLERK
    with pytest.raises(Unauthenticated) as refused:
        one.verify(f"Bearer {Minter(before).mint(CLERK)}")
    assert refused.value.reason == "TOKEN_FORGED"
    assert not (tmp_path / "service" / "signing.key").exists()
