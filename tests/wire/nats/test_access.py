# SPDX-License-Identifier: Apache-2.0
"""Servers that want TLS, and to know who the node is."""
import contextlib
import json
import re

import pytest

from identities import Authority, Key, Operator, credentials
from nats_wire import Nats
from node import Recapctl
from place import Place, publish, ready, wait_nats, warned
from session import Session
from wire import wait_until


# Whatever a URL or JSON would take for something else.
USER = "re@c:a/p d"
PASSWORD = 'p@s:s/w%41o#r?d,\\ "&$é[]{}'


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def own(authority):
    return authority.issue("server", "IP:127.0.0.1,DNS:localhost")


@pytest.fixture
def start(make_node, make_database, make_nats):
    """A server that says so in its configuration, and a node of it."""
    @contextlib.contextmanager
    def make(authorization, more="", scheme="nats", at="", **env):
        server = make_nats()
        server("stop")
        conf = server.folder / "nats.conf"
        text = re.sub("^authorization.*$",
                      lambda _: "authorization " + authorization,
                      conf.read_text(), flags=re.M)
        if "operator:" in more:  # whose account has the mapping
            text = re.sub(r"^mappings \{.*?^\}\n", "", text,
                          flags=re.M | re.S)
        conf.write_text(text + more)
        host = server.url.rsplit("@", 1)[1]
        server.url = f"nats://{host}"
        server("start")
        place = Place(make_node, make_database, server)
        place.node = place.start(
            RECAPD_INGRESS_NATS_URL=f"{scheme}://{at}{host}",
            **{f"RECAPD_INGRESS_NATS_{k.upper()}": str(v)
               for k, v in env.items()})
        try:
            yield place
        finally:
            if place.node.alive():
                place.node.stop()
            server("stop")
    return make


def tls(own, *more):
    return "tls {\n  cert_file: \"%s\"\n  key_file: \"%s\"\n%s}\n" % (
        *own, "".join(f"  {line}\n" for line in more))


def secret(folder, text):
    file = folder / "secret"
    file.write_text(text)
    file.chmod(0o600)
    return file


def works(place, **access):
    """Commands come in, events go out."""
    wait_nats(place.node)
    session = Session()
    with Nats(place.nats.url, **access) as client:
        publish(client, session.schedule)
        assert place.wait_outcome(session.schedule)["outcome"] == "accepted"
        wait_until(
            lambda: "RECAPD_EVENTS" in
            (client.api("STREAM.NAMES")["streams"] or ()), "the stream")
        wait_until(
            lambda: client.api("STREAM.INFO.RECAPD_EVENTS")
            ["state"]["messages"], "its event")


def keeps_out(place, *words):
    """Neither of the node's connections comes about, and it says why."""

    def told():
        lines = place.node.log().splitlines()
        return all(any(start in line and all(w in line for w in words)
                       for line in lines)
                   for start in ("NATS fails", "publishing events to NATS"))

    wait_until(told, f"{words} in its log")
    assert ready(place.node)["nats"] == "not connected"
    wait_until(lambda: any("connecting to NATS: " in said
                           and all(w in said for w in words)
                           for said in warned(place.node, "nats-away")),
               f"{words} in its warning")


ANYBODY = "{ timeout: 5 }"
NAMED = "{ user: %s, password: %s }" % (json.dumps(USER), json.dumps(
    PASSWORD, ensure_ascii=False))


@pytest.mark.parametrize("scheme", ["nats", "tls"])
def test_a_server_is_known_by_its_authority(start, authority, own, scheme):
    with start(ANYBODY, tls(own), scheme, ca=authority.pem) as place:
        works(place, tls=authority.context())


def test_an_authority_that_nobody_named_is_not_believed(start, own):
    with start(ANYBODY, tls(own), "tls") as place:
        keeps_out(place, "certificate")


def test_another_authority_is_not_believed(start, own, tmp_path):
    with start(ANYBODY, tls(own), "tls",
               ca=Authority(tmp_path, "other").pem) as place:
        keeps_out(place, "certificate")


def test_another_server_s_certificate_is_not_taken(start, authority):
    other = authority.issue("other", "DNS:other.example")
    with start(ANYBODY, tls(other), "tls", ca=authority.pem) as place:
        keeps_out(place, "mismatch")


@pytest.mark.parametrize("scheme,with_ca", [("tls", False), ("nats", True)])
def test_a_server_without_tls_gets_no_password(start, authority, scheme,
                                               with_ca):
    env = {"ca": authority.pem} if with_ca else {}
    with start("{ user: u, password: p }", "", scheme, at="u:p@",
               **env) as place:
        keeps_out(place, "Secure Connection not available")


def test_a_node_shows_its_own_certificate(start, authority, own):
    mine = authority.issue("node", "DNS:node.example")
    more = tls(own, f"ca_file: \"{authority.pem}\"", "verify: true")
    with start(ANYBODY, more, "tls", ca=authority.pem, certificate=mine[0],
               key=mine[1]) as place:
        works(place, tls=authority.context(*mine))


def test_a_server_that_wants_a_certificate_gets_none(start, authority, own):
    more = tls(own, f"ca_file: \"{authority.pem}\"", "verify: true")
    with start(ANYBODY, more, "tls", ca=authority.pem) as place:
        keeps_out(place)


def test_user_and_password_may_be_any_characters(start, tmp_path):
    with start(NAMED, user=USER,
               password_file=secret(tmp_path, PASSWORD + "\n")) as place:
        works(place, user=USER, password=PASSWORD)


def test_a_url_may_have_them_encoded(start):
    from urllib.parse import quote
    who = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@"
    # Before the colon nothing stands for one.
    named = NAMED.replace(json.dumps(USER), '"re@c/p d"')
    with start(named, at=who.replace("%3Aa", "", 1)) as place:
        works(place, user="re@c/p d", password=PASSWORD)


def test_a_token_may_be_encoded(start):
    with start('{ token: "t@k/%n" }', at="t%40k%2F%25n@") as place:
        wait_nats(place.node)


def test_a_password_that_was_changed_is_read_again(start, tmp_path):
    file = secret(tmp_path, "old\n")
    with start(NAMED, user=USER, password_file=file) as place:
        keeps_out(place, "uthorization Violation")
        file.write_text(PASSWORD)
        works(place, user=USER, password=PASSWORD)


def test_a_seed_says_who_the_node_is(start, tmp_path):
    key, admin = Key(), Key()
    users = "{ users: [ { nkey: %s }, { nkey: %s } ] }" % (key.public,
                                                          admin.public)
    with start(users, nkey_seed_file=secret(tmp_path,
                                            key.seed + "\n")) as place:
        works(place, key=admin)


def test_another_seed_is_nobody(start, tmp_path):
    with start("{ users: [ { nkey: %s } ] }" % Key().public,
               nkey_seed_file=secret(tmp_path, Key().seed)) as place:
        keeps_out(place, "uthorization Violation")


def test_credentials_say_who_the_node_is(start, tmp_path):
    operator = Operator()
    key, jwt = operator.user("node")
    admin, pass_ = operator.user("admin")
    file = secret(tmp_path, credentials(jwt, key.seed))
    with start(ANYBODY, operator.conf, creds=file) as place:
        works(place, key=admin, jwt=pass_)


def test_credentials_of_another_operator_are_nobody_s(start, tmp_path):
    key, jwt = Operator().user("node")
    file = secret(tmp_path, credentials(jwt, key.seed))
    with start(ANYBODY, Operator().conf, creds=file) as place:
        keeps_out(place, "uthorization Violation")


def test_recapctl_enters_as_a_node_does(start, authority, own, tmp_path):
    file = secret(tmp_path, PASSWORD)
    with start(NAMED, tls(own), "tls", ca=authority.pem, user=USER,
               password_file=file) as place:
        wait_nats(place.node)
        session = Session()
        Recapctl(place.node.url)(
            "submit", "-", "--nats", place.nats.url, "--nats-ca",
            str(authority.pem), "--nats-user", USER, "--nats-password-file",
            str(file), stdin=json.dumps(session.schedule))
        assert place.outcome(session.schedule)["outcome"] == "accepted"
