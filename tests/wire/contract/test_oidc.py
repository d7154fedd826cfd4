# SPDX-License-Identifier: Apache-2.0
"""Mode `oidc`: who acts is what a token of the OpenID provider says."""
import http.client
import time
from datetime import timedelta

import pytest

import documents
from lesson import Lesson
from openid import ALGORITHMS, Key, Provider, by_secret, jwt
from wire import Client, accepted, command, fresh, problem_of, refused, wait_until

pytestmark = documents.NEEDS

ANN, BOB, SIS = fresh("ann"), fresh("bob"), fresh("sis")
BOTH, NIGHT, ALL = fresh("both"), fresh("night"), fresh("all")
MIXED = fresh("mixed")
NAMED = "auth0|somebody"
PEOPLE = {
    ANN: {"role": "teacher", "name": "Ann Ångström"},
    BOB: {"role": "student"},
    SIS: {"role": ["system", "unknown here"]},
    BOTH: {"role": ["teacher", "student"]},
    NIGHT: {"role": "help", "programs": ["night"]},
    MIXED: {"role": ["help", "teacher"]},
    ALL: {"role": ["help", "teacher"], "programs": ["*"]},
    NAMED: {"role": "teacher"},
    "king": {"role": "king"},
    "lost": {"role": "help", "programs": ["no spaces"]},
    "none": {"role": "help", "programs": []},
}
ROLES = {"teacher": "tutor", "student": "student", "system": "system",
         "help": "support"}
STATIC = fresh("static-token")


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    with Provider(tmp_path_factory.mktemp("provider"), PEOPLE) as started:
        yield started


@pytest.fixture(scope="module")
def node(make_node, provider):
    auth = provider.settings(roles=ROLES)
    auth["tokens"] = [{"token": STATIC, "as": "system:static"}]
    made = make_node(config={"auth": auth})
    made.wait_ready()
    return made


def by(node, token):
    return Client(node.port, token)


def seen(node, token):
    """How a read that is any caller's is answered."""
    return by(node, token).get("/v1/sessions")


def test_a_token_says_who_acts_and_where(node, provider):
    sis = by(node, provider.token(SIS))
    lesson = Lesson(sis, [BOB], tutor=ANN, start=by(node, STATIC).now())
    accepted(lesson.schedule(None))
    ann, bob = (by(node, provider.token(who)) for who in (ANN, BOB))
    accepted(bob.send(command("participant.accept", lesson.id, None,
                              {"student": BOB})))
    refused(ann.send(command("participant.accept", lesson.id,
                             f"student:{BOB}", {"student": BOB})),
            "not-allowed")
    by_whom = [e["by"] for e in sis.history(lesson.id)]
    assert by_whom == [f"system:{SIS}", f"student:{BOB}"]
    assert bob.session(lesson.id)["rate_per_hour"] is None
    assert ann.session(lesson.id)["rate_per_hour"] == 1500
    problem_of(bob.get("/v1/dead-letters"), "not-allowed", 403)
    night = by(node, provider.token(NIGHT))
    assert night.get(f"/v1/sessions/{lesson.id}").status == 404
    assert by(node, provider.token(ALL)).session(lesson.id)


def test_static_tokens_count_beside_it(node):
    assert by(node, STATIC).get("/v1/dead-letters").status == 200
    problem_of(seen(node, fresh("guess")), "unauthenticated", 401)
    problem_of(seen(node, None), "unauthenticated", 401)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_each_allowed_algorithm_is_taken(node, provider, alg):
    assert seen(node, provider.token(ANN, alg)).status == 200


def test_who_has_several_roles_names_the_one_they_act_in(node, provider):
    both = by(node, provider.token(BOTH))
    taught = Lesson(both, [BOB], tutor=BOTH, start=by(node, STATIC).now())
    problem = refused(taught.schedule(None), "not-allowed")
    assert f"tutor:{BOTH}, student:{BOTH}" in problem[0]["detail"]
    refused(taught.schedule(f"support:{BOTH}"), "not-allowed")
    refused(taught.schedule(f"tutor:{ANN}"), "not-allowed")
    accepted(taught.schedule(f"tutor:{BOTH}"))
    attended = Lesson(by(node, STATIC), [BOTH, BOB], tutor=ANN)
    accepted(attended.schedule(None))
    accepted(both.send(command("participant.accept", attended.id,
                               f"student:{BOTH}", {"student": BOTH})))
    others = Lesson(by(node, STATIC), [BOB], tutor=ANN)
    accepted(others.schedule(None))
    # Both kinds of sessions are theirs; only of those they teach is pay told.
    listed = {s["id"]: s["rate_per_hour"]
              for s in both.read("/v1/sessions")["sessions"]}
    assert listed == {taught.id: 1500, attended.id: None}
    assert both.session(taught.id)["rate_per_hour"] == 1500
    assert both.session(attended.id)["rate_per_hour"] is None
    scheduled = both.history(attended.id)[0]["data"]
    assert scheduled["rate_per_hour"] is None
    problem_of(both.get(f"/v1/sessions/{others.id}"), "not-allowed", 403)


def test_who_has_several_roles_is_a_person_in_each(node, provider):
    both = by(node, provider.token(BOTH))
    attended = Lesson(by(node, STATIC), [BOTH, BOB], tutor=ANN,
                      start=by(node, STATIC).now())
    accepted(attended.schedule(None))

    def name(who):
        return both.request("PUT", f"/v1/people/{who}", '{"name":"Bo Th"}',
                            {"Content-Type": "application/json"})

    for who in (f"tutor:{BOTH}", f"student:{BOTH}"):
        assert name(who).status == 200
        assert both.read(f"/v1/people/{who}")["name"] == "Bo Th"
    for who in (f"tutor:{ANN}", f"student:{BOB}"):
        assert both.get(f"/v1/people/{who}").status == 200
        problem_of(name(who), "not-allowed", 403)
    problem_of(both.get(f"/v1/people/system:{SIS}"), "not-allowed", 403)


def test_who_is_staff_too_teaches_in_the_default_programme(node, provider):
    mixed = by(node, provider.token(MIXED))
    elsewhere = Lesson(by(node, STATIC), [BOB], tutor=MIXED, program="night")
    accepted(elsewhere.schedule(None))
    assert mixed.get(f"/v1/sessions/{elsewhere.id}").status == 200
    refused(mixed.send(command("session.cancel", elsewhere.id,
                               f"tutor:{MIXED}", {"reason": "ill"})),
            "unknown-session")
    accepted(mixed.send(command("session.cancel", elsewhere.id,
                                f"support:{MIXED}", {"reason": "ill"})))
    refused(Lesson(mixed, [BOB], tutor=MIXED, program="night")
            .schedule(f"tutor:{MIXED}"), "not-allowed")
    accepted(Lesson(mixed, [BOB], tutor=MIXED).schedule(f"tutor:{MIXED}"))


@pytest.mark.parametrize("person, claim", [
    (NAMED, "sub"), ("king", "role"), ("lost", "programs"),
    ("none", "programs")])
def test_a_claim_that_says_nothing_here_is_told(node, provider, person, claim):
    token = provider.token(person)
    answer = seen(node, token)
    problem_of(answer, "not-allowed", 403)
    assert f"claim {claim} " in answer.json["detail"]
    problem_of(by(node, token).send(command("session.cancel", "s", None, {})),
               "not-allowed", 403)


def test_a_token_for_somebody_else_is_refused(node, provider):
    answer = seen(node, provider.token(ANN, audience="payroll"))
    problem_of(answer, "unauthenticated", 401)
    assert "(aud)" in answer.json["detail"]


def test_a_token_and_its_stream_end_when_it_expires(make_node, provider):
    auth = provider.settings(roles=ROLES)
    auth["tokens"] = [{"token": STATIC, "as": "system:static"}]
    node = make_node(config={"auth": auth})
    node.wait_ready()
    # Ends later than the clock is moved.
    token = provider.token(ANN, seconds=3600)
    stream = http.client.HTTPConnection("127.0.0.1", node.port, timeout=30)
    stream.request("GET", "/v1/events",
                   headers={"Authorization": f"Bearer {token}"})
    events = stream.getresponse()
    assert events.status == 200
    clock = by(node, STATIC)
    clock.set_clock(clock.now() + timedelta(minutes=60, seconds=30))
    assert seen(node, token).status == 200  # by the leeway
    clock.advance("60s")
    answer = seen(node, token)
    problem_of(answer, "unauthenticated", 401)
    assert "expired" in answer.json["detail"]
    events.read()  # comes to its end


def claims_of(provider, **other):
    now = int(time.time())
    return {"iss": provider.issuer, "aud": "recap", "sub": ANN, "exp": now + 600,
            "iat": now, "role": "teacher", **other}


def forgeries(provider):
    """Tokens that nobody may take, by what is wrong with them."""
    rsa, ecdsa, ed = provider.keys
    strange = Key("RS256", rsa.kid)
    good = claims_of(provider)
    now = good["iat"]

    def signed(key, claims=None, **header):
        return jwt({"alg": key.alg, "kid": key.kid, **header}, claims or good,
                   key.sign)

    yield "alg none", jwt({"alg": "none", "kid": rsa.kid}, good, lambda _: b"")
    yield "alg None", jwt({"alg": "None"}, good, lambda _: b"")
    for key in provider.keys:
        yield f"HS256 by the public key of {key.alg}", jwt(
            {"alg": "HS256", "kid": key.kid}, good, by_secret(key.public_pem()))
    for name in ("RS384", "PS256", "RS512"):
        yield name, signed(rsa, alg=name)
    yield "ES256 with an RSA key", signed(rsa, alg="ES256")
    yield "RS256 with an EC key", signed(ecdsa, alg="RS256")
    yield "EdDSA with an EC key", signed(ecdsa, alg="EdDSA")
    yield "ES256 by Ed25519", signed(ed, alg="ES256", kid=ecdsa.kid)
    yield "another's key", signed(strange)
    yield "a key it brings along", signed(strange, jwk={
        k: v for k, v in strange.jwk().items() if k in ("kty", "n", "e")})
    yield "crit", signed(rsa, crit=["exp"])
    yield "b64", signed(rsa, b64=False, crit=["b64"])
    for what, other in {
            "another issuer": {"iss": provider.issuer + "/"},
            "no audience": {"aud": []}, "another audience": {"aud": ["x"]},
            "expired": {"exp": now - 3600}, "no end": {"exp": None},
            "end as text": {"exp": str(now + 600)},
            "not yet": {"nbf": now + 3600},
            "nbf as text": {"nbf": "soon"}}.items():
        yield what, signed(rsa, {**good, **other})
    head, body, signature = signed(rsa).split(".")
    yield "no signature", f"{head}.{body}."
    yield "half a token", f"{head}.{body}"
    yield "four parts", f"{head}.{body}.{signature}.{signature}"
    yield "another body", (f"{head}.{signed(rsa, {**good, 'sub': BOB}).split('.')[1]}"
                           f".{signature}")
    yield "padding", f"{head}=.{body}.{signature}"
    for key in provider.keys:
        text = signed(key).rpartition(".")[0]
        yield f"a signature for {key.alg} with padding", f"{text}.A=AA"
    yield "over-long", signed(rsa, {**good, "x": "x" * 8000})


def test_what_is_no_token_of_the_provider_is_refused(make_node, provider):
    # Each comes from an address of its own, so that no answer is slowed down.
    node = make_node(config={"auth": provider.settings(roles=ROLES),
                             "http": {"trusted_proxies": ["127.0.0.1"]}})
    node.wait_ready()
    rsa = provider.keys[0]
    good = claims_of(provider)
    for fine in ({}, {"aud": ["x", "recap"]}, {"nbf": good["iat"] + 30},
                 {"exp": good["iat"] - 30}):
        token = jwt({"alg": "RS256", "kid": rsa.kid}, {**good, **fine}, rsa.sign)
        assert seen(node, token).status == 200, fine
    for n, (what, token) in enumerate(forgeries(provider)):
        answer = by(node, token).get("/v1/sessions", **{
            "X-Forwarded-For": f"192.0.2.{n}"})
        assert answer.status == 401, (what, answer)
        problem_of(answer, "unauthenticated", 401)
        assert token not in node.log(), what


def rotated(node, token):
    wait_until(lambda: seen(node, token).status == 200, "the new key")


def test_keys_rotate_and_known_ones_outlive_the_provider(
        make_node, tmp_path):
    with Provider(tmp_path, PEOPLE) as provider:
        node = make_node(config={"auth": provider.settings(roles=ROLES)})
        node.wait_ready()
        old = provider.token(ANN)
        assert seen(node, old).status == 200
        provider.stop()
        first = provider.keys
        provider.keys = [Key(alg, f"second-{alg}") for alg in ALGORITHMS] + first
        provider.start()
        new = provider.token(ANN)
        answer = seen(node, new)
        problem_of(answer, "unauthenticated", 401)
        assert "try again" in answer.json["detail"]
        rotated(node, new)
        assert seen(node, old).status == 200

        provider.stop()
        made_up = jwt({"alg": "RS256", "kid": "made-up"}, claims_of(provider),
                      first[0].sign)
        assert seen(node, made_up).status == 401
        wait_until(lambda: node.warned("sign-in-provider"), "a warning")
        for token in (old, new):
            assert seen(node, token).status == 200

        # The old keys are gone when the provider is back without them.
        provider.keys = provider.keys[:3]
        provider.start()
        wait_until(lambda: not node.warned("sign-in-provider"), "its end")
        assert seen(node, new).status == 200
        assert seen(node, old).status == 401


def test_made_up_keys_do_not_make_the_node_ask_for_ever(make_node, tmp_path):
    with Provider(tmp_path, PEOPLE) as provider:
        node = make_node(config={"auth": provider.settings(roles=ROLES)})
        node.wait_ready()
        key = Key("RS256", "made-up")
        begin = time.monotonic()
        for _ in range(200):
            token = jwt({"alg": "RS256", "kid": fresh("k")},
                        claims_of(provider), key.sign)
            assert seen(node, token).status == 401

        def looks():
            return provider.log.read_text().count("GET /jwks")

        wait_until(lambda: looks() > 1, "another look at the keys")
        # One at the start, and then one in five seconds.
        assert looks() <= 2 + (time.monotonic() - begin) // 5


def test_without_any_key_yet_a_token_is_answered_later(make_node, tmp_path):
    provider = Provider(tmp_path, PEOPLE)
    with provider:
        token = provider.token(ANN)
    auth = provider.settings(roles=ROLES)
    auth["tokens"] = [{"token": STATIC, "as": "system:static"}]
    node = make_node(config={"auth": auth})
    answer = seen(node, token)
    problem_of(answer, "unavailable", 503)
    assert answer.headers["retry-after"]
    ready = node.get("/readyz")
    assert ready.status == 503
    assert [r["code"] for r in ready.json["reasons"]] == ["sign-in-provider"]
    assert by(node, STATIC).get("/v1/dead-letters").status == 200
    with provider:
        node.wait_ready()
        assert seen(node, token).status == 200


def test_another_issuer_than_it_names_is_not_believed(make_node, tmp_path):
    with Provider(tmp_path, PEOPLE) as provider:
        auth = provider.settings(roles=ROLES)
        auth["oidc"]["issuer"] = provider.issuer.replace("127.0.0.1",
                                                         "localhost")
        node = make_node(config={"auth": auth})
        wait_until(lambda: "names another issuer" in node.log(), "a word")
        assert "names another issuer" in node.get("/readyz").json["reasons"][0][
            "detail"]
        assert node.get("/readyz").status == 503
        assert seen(node, provider.token(ANN)).status == 503
