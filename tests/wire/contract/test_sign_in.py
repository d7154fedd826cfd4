# SPDX-License-Identifier: Apache-2.0
"""The pages' sign-in: code with PKCE at a real provider, kept in a cookie."""
import http.client
import json
import re
import select
import signal
import urllib.parse
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest

import documents
from node import free_port
from openid import Provider
from wire import Answer, Client, command, fresh, problem_of, refused, wait_until

pytestmark = documents.NEEDS

ANN, EVE, LONG, NOBODY = (fresh(n) for n in ("ann", "eve", "long", "nobody"))
OURS, THEIRS, UNCLEAR, ROLELESS = (
    fresh(n) for n in ("ours", "theirs", "unclear", "roleless"))
NAME = 'Ann "Å" 李 🙂'
PEOPLE = {
    ANN: {"role": ["tutor", "student"], "name": NAME},
    EVE: {"role": "support", "programs": ["night"]},
    LONG: {"role": "tutor", "name": "n" * 257},
    NOBODY: {"role": "king"},
    OURS: {"role": "tutor", "azp": "pages"},
    THEIRS: {"role": "tutor", "azp": "payroll"},
    UNCLEAR: {"role": "tutor", "azp": ["pages"]},
    ROLELESS: {"name": "Rose"},
}
STATIC = fresh("static-token")
COOKIE, LOGIN = "recapd", "recapd-login-"


@pytest.fixture(scope="module")
def ports():
    return free_port(), free_port()


@pytest.fixture(scope="module")
def provider(tmp_path_factory, ports):
    back = [f"http://127.0.0.1:{port}/auth/callback" for port in ports]
    with Provider(tmp_path_factory.mktemp("provider"), PEOPLE,
                  redirects=back + ["https://recap.example/auth/callback"]
                  ) as started:
        yield started


def config(provider, public_url):
    auth = provider.settings(client_id="pages", client_secret="secret-pages/+ ")
    auth["tokens"] = [{"token": STATIC, "as": "system:static"}]
    return {"auth": auth, "http": {"public_url": public_url}}


def node_at(make_node, port, provider):
    """A node that people reach where it listens."""
    made = make_node(config=config(provider, f"http://127.0.0.1:{port}"),
                     start=False)
    made.port = port
    made.start()
    made.wait_ready()
    return made


@pytest.fixture(scope="module")
def node(make_node, provider, ports):
    return node_at(make_node, ports[0], provider)


class Browser:
    """Keeps cookies by host and port, and follows nothing by itself."""

    def __init__(self):
        self.cookies = {}

    def go(self, url, method="GET", body=None, **headers):
        at = urllib.parse.urlsplit(url)
        jar = self.cookies.setdefault(at.netloc, {})
        if jar:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in jar.items())
        connection = http.client.HTTPConnection(at.hostname, at.port,
                                                timeout=30)
        connection.request(method, at.path + (f"?{at.query}" if at.query
                                              else ""), body, headers)
        response = connection.getresponse()
        answer = Answer(response.status, response.getheaders(), response.read())
        answer.set_cookies = [v for k, v in response.getheaders()
                              if k.lower() == "set-cookie"]
        connection.close()
        for line in answer.set_cookies:
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    jar.pop(name, None)
                else:
                    jar[name] = morsel.value
        return answer

    def to_callback(self, node, person, path=None, asking=lambda url: url):
        """Goes to the provider and signs in there: the URL it leads back to.
        `asking` changes what the provider is asked."""
        query = f"?return={urllib.parse.quote(path)}" if path else ""
        answer = self.go(f"{node.url}/auth/login{query}")
        assert answer.status == 302, answer
        url = asking(answer.headers["location"]) + f"&login_hint={person}"
        for _ in range(10):
            if "/auth/callback" in url:
                return url
            answer = self.go(url)
            assert answer.status in (302, 303), answer
            url = urllib.parse.urljoin(url, answer.headers["location"])
        raise AssertionError(url)

    def sign_in(self, node, person, path=None):
        answer = self.go(self.to_callback(node, person, path))
        assert answer.status == 303, answer
        return answer

    def jar(self, node):
        return self.cookies[f"127.0.0.1:{node.port}"]

    def begun(self, node):
        """The names of the cookies of sign-ins that were begun."""
        return [name for name in self.jar(node) if name.startswith(LOGIN)]

    def me(self, node):
        return self.go(f"{node.url}/v1/me")


def signed_in(node, person=ANN):
    browser = Browser()
    browser.sign_in(node, person)
    return browser


def test_a_person_signs_in_and_out(node, provider):
    browser = Browser()
    problem_of(browser.me(node), "unauthenticated", 401)
    answer = browser.sign_in(node, ANN, "/sessions?state=missed")
    assert answer.headers["location"] == "/sessions?state=missed"
    made, taken = answer.set_cookies
    assert re.fullmatch(rf"{COOKIE}=[\w.-]+; Path=/; Max-Age=28800; HttpOnly; "
                        "SameSite=Lax", made)
    assert re.match(rf"{LOGIN}[0-9a-f]{{16}}=;", taken) and "Max-Age=0" in taken
    assert not browser.begun(node)
    assert ANN not in made and "tutor" not in made
    assert browser.me(node).json == {
        "who": [f"tutor:{ANN}", f"student:{ANN}"], "programs": ["default"],
        "name": NAME}
    assert browser.go(f"{node.url}/v1/sessions").status == 200
    problem_of(browser.go(f"{node.url}/v1/dead-letters"), "not-allowed", 403)
    answer = browser.go(f"{node.url}/auth/logout", "POST", Origin=node.url)
    assert answer.status == 204
    # Where they sign out at the provider, too.
    end, _, query = answer.headers["location"].partition("?")
    assert end == f"{provider.issuer}/session/end"
    assert urllib.parse.parse_qs(query) == {
        "client_id": ["pages"],
        "post_logout_redirect_uri": [f"{node.url}/"]}
    assert COOKIE not in browser.jar(node)
    problem_of(browser.me(node), "unauthenticated", 401)


def test_a_sign_in_is_for_its_programmes(node):
    assert signed_in(node, EVE).me(node).json == {
        "who": [f"support:{EVE}"], "programs": ["night"], "name": None}


def name_anew(browser, node, who, name):
    answer = browser.go(f"{node.url}/v1/people/{who}", "PUT",
                        json.dumps({"name": name}), Origin=node.url,
                        **{"Content-Type": "application/json"})
    assert answer.status == 200, answer


def test_a_person_has_one_name_however_they_sign_in(node, provider):
    browser, token = signed_in(node), Client(node.port, provider.token(ANN))
    assert browser.me(node).json == token.read("/v1/me")
    for who, name in ((f"student:{ANN}", "Änn S."), (f"tutor:{ANN}", "Änn T.")):
        name_anew(browser, node, who, name)
        assert browser.me(node).json["name"] == name
        assert browser.me(node).json == token.read("/v1/me")
    # One that is too long to be kept is nobody's.
    browser, token = signed_in(node, LONG), Client(node.port,
                                                   provider.token(LONG))
    assert browser.me(node).json["name"] is None
    assert browser.me(node).json == token.read("/v1/me")


def test_what_the_provider_is_asked_for(node, provider):
    answer = Browser().go(f"{node.url}/auth/login")
    assert answer.headers["location"].startswith(f"{provider.issuer}/auth?")
    asked = dict(urllib.parse.parse_qsl(
        urllib.parse.urlsplit(answer.headers["location"]).query))
    assert asked["redirect_uri"] == f"{node.url}/auth/callback"
    assert asked["code_challenge_method"] == "S256"
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert asked["scope"] == "openid profile"
    again = Browser().go(f"{node.url}/auth/login").headers["location"]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[name] not in again


@pytest.mark.parametrize("path", [
    "https://evil.example/", "//evil.example", "/\\evil.example", "evil",
    "/a b", "/\n", "/" + "a" * 1024])
def test_a_sign_in_leads_to_this_site_only(node, path):
    quoted = urllib.parse.quote(path, safe="")
    answer = Browser().go(f"{node.url}/auth/login?return={quoted}")
    problem_of(answer, "malformed", 400)
    assert "location" not in answer.headers


def test_a_callback_is_for_the_browser_that_began(node):
    browser, other = Browser(), Browser()
    back = browser.to_callback(node, ANN)
    problem_of(other.go(back), "malformed", 400)
    other.to_callback(node, ANN)
    problem_of(other.go(back), "malformed", 400)
    assert COOKIE not in other.jar(node)
    at, query = back.split("?")
    said = dict(urllib.parse.parse_qsl(query))
    for wrong in ({"state": "x"}, {"iss": "http://evil.example"}, {"code": ""}):
        text = urllib.parse.urlencode({k: v for k, v in {**said, **wrong}.items()
                                       if v})
        problem_of(browser.go(f"{at}?{text}"), "malformed", 400)
    problem_of(browser.go(f"{at}?error=access_denied&state={said['state']}"),
               "not-allowed", 403)
    problem_of(browser.go(f"{at}?code=made-up&state={said['state']}"),
               "malformed", 400)
    # Whatever the provider said of it, a sign-in ends once.
    problem_of(browser.go(back), "malformed", 400)
    assert COOKIE not in browser.jar(node)
    browser.sign_in(node, ANN)
    assert COOKIE in browser.jar(node)


def test_sign_ins_that_one_browser_begins_at_once_all_end(node):
    browser = Browser()
    first, second = browser.to_callback(node, ANN), browser.to_callback(node, ANN)
    for back in (first, second):
        assert browser.go(back).status == 303
    assert not browser.begun(node)
    for _ in range(12):
        assert browser.go(f"{node.url}/auth/login").status == 302
    assert len(browser.begun(node)) <= 5
    browser.sign_in(node, ANN)


@pytest.mark.parametrize("other", ["&nonce=another", ""])
def test_an_id_token_of_another_sign_in_signs_nobody_in(node, other):
    browser = Browser()
    back = browser.to_callback(
        node, ANN, asking=lambda url: re.sub(r"&nonce=\w+", other, url))
    answer = browser.go(back)
    problem_of(answer, "malformed", 400)
    assert "(nonce)" in answer.json["detail"]
    assert COOKIE not in browser.jar(node)


def test_an_id_token_of_another_client_signs_nobody_in(node):
    assert signed_in(node, OURS).me(node).status == 200
    for person in (THEIRS, UNCLEAR):
        browser = Browser()
        answer = browser.go(browser.to_callback(node, person))
        problem_of(answer, "malformed", 400)
        assert "(azp)" in answer.json["detail"]
        assert COOKIE not in browser.jar(node)


class Callback:
    """The end of a sign-in that its browser began, sent through a proxy for an
    address, and not answered yet. Its code is made up."""

    def __init__(self, node, address, browser=None):
        self.browser = browser or Browser()
        if not browser:
            begun = self.browser.go(f"{node.url}/auth/login")
            self.browser.state = re.search(r"&state=(\w+)",
                                           begun.headers["location"])[1]
        self.connection = http.client.HTTPConnection("127.0.0.1", node.port,
                                                     timeout=60)
        self.connection.request(
            "GET", f"/auth/callback?code=x&state={self.browser.state}", headers={
                "Cookie": "; ".join(f"{k}={v}" for k, v in
                                    self.browser.jar(node).items()),
                "X-Forwarded-For": address})

    def answered(self):
        return bool(select.select([self.connection.sock], [], [], 0)[0])

    def answer(self):
        response = self.connection.getresponse()
        answer = Answer(response.status, response.getheaders(), response.read())
        self.connection.close()
        return answer


@pytest.fixture
def halted(node, provider):
    """Keeps the provider from answering until it is called, or the test ends."""
    provider.process.send_signal(signal.SIGSTOP)

    def go_on():
        provider.process.send_signal(signal.SIGCONT)

    yield go_on
    go_on()


@pytest.fixture(scope="module")
def proxied(make_node, provider, ports):
    how = config(provider, f"http://127.0.0.1:{ports[0]}")
    how["http"]["trusted_proxies"] = ["127.0.0.1"]
    node = make_node(config=how)
    node.wait_ready()
    return node


def test_a_begun_sign_in_asks_the_provider_once(proxied, halted):
    first = Callback(proxied, "192.0.2.1")
    again = [Callback(proxied, "192.0.2.1", first.browser) for _ in range(3)]
    wait_until(lambda: sum(c.answered() for c in [first, *again]) == 3,
               "all but one to be refused")
    halted()
    details = [c.answer() for c in [first, *again]]
    for one in details:
        problem_of(one, "malformed", 400)
    assert sum("ended already" in one.json["detail"] for one in details) == 3


def test_an_address_has_its_share_of_the_sign_ins(proxied, halted):
    mine = [Callback(proxied, "192.0.2.2") for _ in range(25)]
    wait_until(lambda: sum(c.answered() for c in mine) == 5,
               "all beyond the share to be refused")
    other = Callback(proxied, "192.0.2.3")
    refused_ones = [c for c in mine if c.answered()]
    halted()
    for one in mine:
        answer = one.answer()
        if one not in refused_ones:
            problem_of(answer, "malformed", 400)
            continue
        problem_of(answer, "too-many-requests", 429)
        assert answer.headers["retry-after"]
    problem_of(other.answer(), "malformed", 400)
    # What was refused so was not used.
    problem_of(Callback(proxied, "192.0.2.2", refused_ones[0].browser).answer(),
               "malformed", 400)


def test_of_too_many_sign_ins_at_once_some_are_answered_later(proxied, halted):
    all_of_them = [Callback(proxied, f"192.0.2.{n}") for n in range(10, 16)
                   for _ in range(20)]
    # A hundred wait, and one more is under way as soon as it was the first.
    wait_until(lambda: sum(c.answered() for c in all_of_them) in (19, 20),
               "those beyond the bound to be refused")
    halted()
    later = 0
    for one in all_of_them:
        answer = one.answer()
        if answer.status == 503:
            later += 1
            problem_of(answer, "unavailable", 503)
            assert answer.headers["retry-after"]
        else:
            problem_of(answer, "malformed", 400)
    assert later in (19, 20)


def test_who_is_nobody_here_is_told(node):
    browser = Browser()
    answer = browser.go(browser.to_callback(node, NOBODY))
    problem_of(answer, "not-allowed", 403)
    assert "claim role " in answer.json["detail"]
    assert COOKIE not in browser.jar(node)


def test_who_has_no_role_at_all_is_told(node):
    browser = Browser()
    answer = browser.go(browser.to_callback(node, ROLELESS))
    problem_of(answer, "not-allowed", 403)
    assert answer.json["detail"] == "The sign-in has no claim `role`."


def test_a_browser_reads_why_it_is_not_signed_in(node):
    browser = Browser()
    html = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    answer = browser.go(browser.to_callback(node, NOBODY), **html)
    assert answer.status == 403 and answer.media == "text/html"
    assert ("frame-ancestors 'none'"
            in answer.headers["content-security-policy"])
    page = answer.body.decode()
    assert "The claim role of this sign-in names no role" in page
    assert '<a href="login">' in page
    back = browser.to_callback(node, ANN)
    state = dict(urllib.parse.parse_qsl(back.split("?")[1]))["state"]
    answer = browser.go(f"{node.url}/auth/callback?error=%3Cb%3E&state={state}",
                        **html)
    assert answer.status == 403
    assert "&lt;b&gt;" in answer.body.decode() and b"<b>" not in answer.body
    said = [json.loads(line) for line in node.log().splitlines()
            if "a sign-in was refused" in line]
    assert {"who": NOBODY, "why": "The claim role of this sign-in names no role "
            "that is known here (auth.oidc.roles)."}.items() <= said[-2].items()
    assert said[-1]["why"] == "The provider signed nobody in: <b>."
    assert state not in node.log()


def cancel(browser, node, **headers):
    event = command("session.cancel", "nowhere", f"tutor:{ANN}",
                    {"reason": "r"})
    answer = browser.go(f"{node.url}/v1/commands", "POST", json.dumps(event),
                        **{"Content-Type": "application/cloudevents+json"},
                        **headers)
    return answer


def test_a_cookie_writes_from_this_sites_pages_only(node):
    browser = signed_in(node)
    for own in ({"Origin": node.url}, {"Sec-Fetch-Site": "same-origin"}):
        refused(cancel(browser, node, **own), "unknown-session")
    # No page, a page that somebody typed, other pages, a form of them.
    for headers in ({}, {"Sec-Fetch-Site": "none"}):
        problem_of(cancel(browser, node, **headers), "foreign-origin", 403)
        problem_of(browser.go(f"{node.url}/auth/logout", "POST", **headers),
                   "foreign-origin", 403)
        assert COOKIE in browser.jar(node)
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"},
                    {"Sec-Fetch-Site": "cross-site"},
                    {"Sec-Fetch-Site": "same-site"},
                    {"Origin": f"http://127.0.0.1:{node.port + 1}"}):
        problem_of(cancel(browser, node, **headers), "foreign-origin", 403)
        answer = browser.go(f"{node.url}/auth/logout", "POST", **headers)
        problem_of(answer, "foreign-origin", 403)
        assert COOKIE in browser.jar(node)
    problem_of(browser.go(f"{node.url}/v1/me", Origin="http://evil.example"),
               "foreign-origin", 403)
    # A token says for itself who sends it.
    answer = cancel(browser, node, Authorization=f"Bearer {STATIC}")
    refused(answer, "not-allowed")


def test_forged_and_changed_cookies_are_nobodys(node):
    browser = signed_in(node)
    jar = browser.jar(node)
    good = jar[COOKIE]
    key, sealed = good.split(".")
    begun = Browser()
    begun.go(f"{node.url}/auth/login")
    changed = sealed[:-5] + ("A" if sealed[-5] != "A" else "B") + sealed[-4:]
    for bad in ("", "x", ".", key, f"{key}.", f"{key}.AAAA", f"{key}.{changed}",
                f"0123456789abcdef.{sealed}", f"{key}.{sealed}=",
                *begun.jar(node).values(), "x" * 3000):
        jar[COOKIE] = bad
        problem_of(browser.me(node), "unauthenticated", 401)
    jar[COOKIE] = good
    assert browser.me(node).status == 200


def test_a_sign_in_ends(make_node, provider, ports):
    node = node_at(make_node, ports[1], provider)
    browser = signed_in(node)
    late = Browser()
    back = late.to_callback(node, ANN)
    clock = Client(node.port, STATIC)
    clock.set_clock(clock.now() + timedelta(minutes=11))
    problem_of(late.go(back), "malformed", 400)
    assert browser.me(node).status == 200
    clock.advance("8h")
    problem_of(browser.me(node), "unauthenticated", 401)


def keys_of(node):
    return [row[0] for row in node.database.run(
        "SELECT id FROM secret_keys ORDER BY made_at DESC")]


def age_keys(node, interval):
    node.database.run("UPDATE secret_keys SET made_at = made_at - %s::interval",
                      interval)


def test_a_cookie_holds_on_every_node_while_its_key_is_kept(make_node, node,
                                                            provider):
    second = make_node(database=node.database, config=config(
        provider, node.url))
    second.wait_ready()
    browser = signed_in(node)
    cookie = browser.jar(node)[COOKIE]
    browser.cookies[f"127.0.0.1:{second.port}"] = {COOKIE: cookie}
    assert browser.me(second).json == browser.me(node).json

    # A newer key is made once, and the older one opens what it sealed.
    before = keys_of(node)
    age_keys(node, "7 days")
    wait_until(lambda: len(keys_of(node)) > len(before), "a newer key")
    assert keys_of(node)[1:] == before
    for one in (node, second):
        assert browser.me(one).status == 200
    # The newer one is used once all nodes know it.
    age_keys(node, "1 minute")
    newest = keys_of(node)[0]
    wait_until(lambda: signed_in(node).jar(node)[COOKIE].startswith(newest),
               "the newer key to be used")
    later = signed_in(node)
    later.cookies[f"127.0.0.1:{second.port}"] = dict(later.jar(node))
    assert later.me(second).status == 200

    # What is sealed by a key that is gone is nobody's.
    age_keys(node, "10 hours")
    wait_until(lambda: keys_of(node)[-1] == newest, "the older key to go")
    for one in (node, second):
        wait_until(lambda: browser.me(one).status == 401, "the cookie's end")
        assert later.me(one).status == 200


def test_behind_tls_the_cookie_is_for_tls_only(make_node, provider):
    node = make_node(config=config(provider, "https://recap.example"))
    node.wait_ready()
    answer = Browser().go(f"{node.url}/auth/login", Host="recap.example")
    assert answer.status == 302, answer
    assert answer.set_cookies[0].startswith(f"__Host-{LOGIN}")
    assert answer.set_cookies[0].endswith(
        "; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure")
    assert ("redirect_uri=https%3A%2F%2Frecap.example%2Fauth%2Fcallback"
            in answer.headers["location"])


def test_without_a_client_nobody_signs_in(make_node, provider):
    for one in (make_node(), make_node(config={"auth": provider.settings()})):
        problem_of(one.get("/auth/login"), "not-found", 404)
        problem_of(one.get("/auth/callback?code=a&state=b"), "not-found", 404)
        problem_of(one.request("POST", "/auth/logout"), "not-found", 404)


def test_a_known_cookie_outlives_provider_and_waits_for_nothing(
        make_node, tmp_path):
    port = free_port()
    with Provider(tmp_path, PEOPLE, redirects=[
            f"http://127.0.0.1:{port}/auth/callback"]) as provider:
        node = node_at(make_node, port, provider)
        browser = signed_in(node)
        late = Browser()
        back = late.to_callback(node, ANN)
    # The provider is away.
    assert browser.me(node).status == 200
    problem_of(late.go(back), "unavailable", 503)


def test_a_browser_reads_that_the_provider_was_never_reached(make_node,
                                                             tmp_path):
    provider = Provider(tmp_path, PEOPLE)
    node = make_node(config=config(provider, "http://127.0.0.1"))
    answer = node.get("/auth/login", Accept="text/html,*/*;q=0.8")
    assert (answer.status, answer.media) == (503, "text/html")
    assert "Not signed in" in answer.body.decode()
    problem_of(node.get("/auth/login"), "unavailable", 503)
