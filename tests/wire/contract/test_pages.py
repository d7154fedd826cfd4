# SPDX-License-Identifier: Apache-2.0
"""The people's pages, as a browser gets them; what is in them: tests/pages."""
import gzip
import re
from urllib.parse import urljoin

import pytest

from wire import problem_of


@pytest.fixture(scope="module")
def pages(make_node):
    return make_node(
        env={"RECAPD_HTTP_PUBLIC_URL": "https://people.example/recapd/"})


def files_of(node, address):
    """The paths of what a document loads, as a browser finds them."""
    html = node.get(address).body.decode()
    base = re.search(r'<base href="([^"]+)">', html)[1]
    names = re.findall(r'(?:src|href)="(assets/[^"]+)"', html)
    assert names, html
    return [urljoin(base, name) for name in names]


@pytest.mark.parametrize("address", ["/", "/sessions/s-1?state=missed",
                                     "/recapd/", "/recapd/sessions/s-1"])
def test_a_page_finds_its_files_from_every_address(pages, address):
    answer = pages.get(address)
    assert (answer.status, answer.media) == (200, "text/html")
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy
    assert answer.headers["cache-control"] == "no-cache"
    for name in files_of(pages, address):
        # With the base path, and as a proxy passes it on that takes it off.
        for path in name, name.removeprefix("/recapd"):
            file = pages.get(path)
            assert file.status == 200 and file.media != "text/html", path
            assert "immutable" in file.headers["cache-control"]


def test_the_head_tells_what_a_page_has_to_know(pages):
    html = pages.get("/").body.decode()
    told = dict(re.findall(r'<meta name="recapd-([\w-]+)" content="([^"]*)">',
                           html))
    assert told == {"auth": "trusted", "act-as": "yes", "base": "/recapd/",
                    "clock": "manual"}


def test_a_file_is_sent_once_and_small(pages):
    script = next(name for name in files_of(pages, "/") if name.endswith(".js"))
    plain = pages.get(script)
    packed = pages.get(script, **{"Accept-Encoding": "gzip, br;q=0"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.body) == plain.body
    assert pages.get(script, **{"Accept-Encoding": "gzip, deflate, br"}
                     ).headers["content-encoding"] == "br"
    for coding in "identity", "gzip", "br":
        asked = {"Accept-Encoding": coding}
        tag = pages.get(script, **asked).headers["etag"]
        same = pages.get(script, **asked, **{"If-None-Match": tag})
        assert (same.status, same.body) == (304, b"")
        assert same.headers["etag"] == tag


def test_the_api_is_reached_below_the_base_path(pages):
    below = pages.get("/recapd/metrics")
    assert (below.status, below.media) == (200, pages.get("/metrics").media)
    problem_of(pages.get("/v1/nothing"), "not-found", 404)
