# SPDX-License-Identifier: Apache-2.0
"""Prism enforces openapi.json: what it lets pass has the published form.

The ctest entry runs the happy path and the refusals by way of it, too. Prism
passes over a schema that it cannot compile, so each is tried here. It takes the
three media types of a command for one (it compares what follows the "+"), so
binary commands and batches do not go by way of it.
"""
import os

import pytest

import bad_input
import wire
from documents import NEEDS
from lesson import Lesson
from wire import command, fresh

pytestmark = [NEEDS, pytest.mark.skipif(
    os.environ.get("RECAPD_TEST_PROXY") != "prism",
    reason="set RECAPD_TEST_PROXY=prism")]
READS = ["/v1/sessions?state=lost", "/v1/sessions?limit=many",
         "/v1/sessions?tutor=a.b", "/v1/notifications?session=a.b",
         "/v1/tutors/a.b/limits", "/v1/tutors/t/limits?at=noon",
         "/v1/courses/a.b/limits", "/v1/courses/c/limits?student=a.b",
         "/v1/accounts/a.b", "/v1/dead-letters?limit=0"]


def stopped(answer):
    """Prism answers itself; the node was not asked."""
    wire.EXCHANGES.pop()
    return answer.status == 422 and answer.json["type"].endswith(
        "#UNPROCESSABLE_ENTITY")


@pytest.mark.parametrize("kind", bad_input.KINDS)
def test_the_data_of_a_command_is_enforced(client, kind):
    event = bad_input.valid(kind, Lesson(client))
    event["data"]["more"] = 1
    assert stopped(client.send(event)), event


def test_a_command_of_no_type_is_stopped(client):
    assert stopped(client.send(command("session.end", fresh("s"), "system:x")))


@pytest.mark.parametrize("path", READS)
def test_the_parameters_of_a_read_are_enforced(client, path):
    assert stopped(client.get(path)), path
