# SPDX-License-Identifier: Apache-2.0
"""The configuration: what stops the start, and which source wins."""
import json
import re
import subprocess

import pytest

from lesson import Lesson
from node import BIN, Node, free_port
from wire import accepted, fresh, wait_until

# (the path in the file, the value that is wrong there)
WRONG = [
    ("nodes", {}), ("node.listne", "x"), ("node.listen", 8080),
    ("node.listen", "nonsense"), ("node.name", 7),
    ("database.url", 5), ("database.urls", "x"),
    ("ingress.kind", "kafka"), ("ingress.kind", None),
    ("ingress.nats_url", 4222),
    ("auth.mode", "open"), ("auth.tokens", {}),
    ("policy", []), ("policy.recap", 150), ("policy.recaps", {}),
    ("policy.recap.min_characters", "150"),
    ("policy.recap.min_characters", -1),
    ("policy.recap.min_characters", 1.5),
    ("policy.recap.max_characters", None),
    ("policy.recap.max_chars", 5),
    ("policy.log_window", 72), ("policy.log_window", "72"),
    ("policy.log_window", "-72h"), ("policy.log_window", "soon"),
    ("policy.duration.step_minutes", 0),
    ("policy.duration.step_minutes", "5"),
    ("policy.duration.max_minutes", -90),
    ("policy.limits.tutor_minutes_per_week", "900"),
    ("policy.limits.tutor_minutes_per_week", -1),
    ("policy.limits.course_minutes_per_week", True),
    ("policy.limits.pair_sessions_per_day", 0.5),
    ("policy.limits.pair_sessions_per_week", 1),
    ("policy.week_starts_on", "Someday"), ("policy.week_starts_on", 1),
    ("policy.timezone", "Mars/Olympus"), ("policy.timezone", None),
    ("policy.confirmation", "no_students"),
    ("policy.auto_confirm_after", 72), ("policy.auto_confirm_after", "x"),
    ("policy.pay.rate_per_hour", "15"), ("policy.pay.rate_per_hour", -1),
    ("policy.pay.rate_per_hour", 15.5), ("policy.pay.currency", 840),
    ("policy.pay.currency", "dollars"), ("policy.pay.settle_after", 48),
    ("policy.reminders.tutor_recap_due", ["90m"]),
    ("policy.reminders.tutor_recap_reminder", "24h"),
    ("policy.reminders.tutor_recap_reminder", [24]),
    ("policy.reminders.student_recap_overdue", "later"),
    ("policy.reminders.student_overdue", "1h"),
    ("policy.courses", []), ("policy.courses.ALG", 5),
    ("policy.courses.ALG.recap.min_characters", "10"),
    ("policy.courses.ALG.nothing", 1)]


def nested(path, value):
    for name in reversed(path.split(".")):
        value = {name: value}
    return value


def fails(*line):
    """Runs a node that must not start: its exit code, and what it says."""
    run = subprocess.run([BIN / "recapd", *line], capture_output=True,
                         timeout=60, text=True, env={"PATH": "/usr/bin:/bin"})
    assert run.returncode != 0, run.stdout
    assert run.stderr.strip()
    return run.returncode, run.stderr


def start_fails(tmp_path, config=None, options=()):
    """Runs a node that must end with 2; what it says on stderr."""
    line = ["--data", str(tmp_path / "data"), *options]
    if config is not None:
        file = tmp_path / "recapd.json"
        text = config if isinstance(config, str) else json.dumps(config)
        file.write_text(text)
        line += ["--config", str(file)]
    code, said = fails(*line)
    assert code == 2, (code, said)
    return said


@pytest.mark.parametrize("path,value", WRONG)
def test_a_wrong_setting_stops_the_start(tmp_path, path, value):
    said = start_fails(tmp_path, nested(path, value))
    assert re.search(re.sub(r"\.", "[./]", path), said), (path, said)
    assert len(said) < 2000


@pytest.mark.parametrize("path,value,expected", [
    ("policy.confirmation", "nobody", ["all_students", "any_student"]),
    ("auth.mode", "open", ["trusted", "token"]),
    ("ingress.kind", "kafka", ["inbox", "nats"]),
    ("policy.week_starts_on", "someday", ["monday"])])
def test_it_says_what_was_expected(tmp_path, path, value, expected):
    said = start_fails(tmp_path, nested(path, value))
    assert all(word in said for word in expected), said


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{\"node\": }",
                                  "{\"node\": {}} x", "\x00"])
def test_a_file_that_is_no_object_stops_the_start(tmp_path, text):
    start_fails(tmp_path, text)


def test_a_file_that_is_not_there_stops_the_start(tmp_path):
    said = start_fails(tmp_path, options=["--config", "/no/such/file.json"])
    assert "/no/such/file.json" in said


@pytest.mark.parametrize("options", [
    ["--clock", "sundial"], ["--ingress", "kafka"], ["--listen", "nowhere"],
    ["--listen", "127.0.0.1:99999"], ["--nothing"], ["--config"]])
def test_a_wrong_option_stops_the_start(tmp_path, options):
    fails("--data", str(tmp_path / "data"), *options)


def test_a_file_may_hold_comments(make_node):
    node = make_node(config="""
        // a line
        { /* a block */ "policy": {
            "pay": { "rate_per_hour": 2000 } // the end of a line
        } }""")
    lesson = Lesson(node).scheduled()
    assert lesson.now()["rate_per_hour"] == 2000


def test_the_whole_published_file_is_taken(make_node):
    node = make_node(config={
        "node": {"name": ""}, "ingress": {"kind": "inbox", "nats_url": ""},
        "retention": {"outcomes": "30d"},
        "auth": {"mode": "trusted", "tokens": []},
        "policy": {
            "recap": {"min_characters": 150, "max_characters": 10000},
            "log_window": "72h",
            "duration": {"step_minutes": 5, "max_minutes": 90},
            "limits": {"tutor_minutes_per_week": 900,
                       "student_course_minutes_per_week": 180,
                       "course_minutes_per_week": None,
                       "pair_sessions_per_day": 1},
            "week_starts_on": "monday", "timezone": "America/New_York",
            "confirmation": "all_students", "auto_confirm_after": None,
            "pay": {"rate_per_hour": 1500, "currency": "USD"},
            "reminders": {
                "tutor_recap_due": "90m",
                "tutor_recap_reminder": ["24h", "48h", "71h"],
                "student_recap_reminder": ["24h", "48h", "72h"],
                "tutor_remind_student": ["24h"],
                "student_recap_overdue": "168h"},
            "courses": {"ALGEBRA": {"pay": {"rate_per_hour": 1800}}}}})
    lesson = Lesson(node, course="ALGEBRA").scheduled()
    assert lesson.now()["rate_per_hour"] == 1800


class Elsewhere(Node):
    """A node whose address does not come from the option."""

    def arguments(self):
        line = super().arguments()
        at = line.index("--listen")
        return line[:at] + line[at + 2:]


def test_the_environment_beats_the_file(make_database, tmp_path):
    port = free_port()
    node = Elsewhere(tmp_path / "n", make_database(), clock="manual", config={
        "node": {"listen": f"127.0.0.1:{free_port()}"}},
        env={"RECAPD_NODE_LISTEN": f"127.0.0.1:{port}"})
    assert node.start().port == port
    node.stop()


def test_the_option_beats_the_environment(make_node):
    make_node(env={"RECAPD_NODE_LISTEN": f"127.0.0.1:{free_port()}"})


def test_the_file_names_address_and_database(make_database, tmp_path):
    port = free_port()
    node = Elsewhere(tmp_path / "n", None, clock="manual", config={
        "node": {"listen": f"127.0.0.1:{port}"},
        "database": {"url": make_database()}})
    assert node.start().port == port
    Lesson(node).scheduled()
    node.stop()


def test_several_nodes_run_side_by_side(make_node):
    one, two = make_node(), make_node()
    lesson = Lesson(one).scheduled()
    assert two.get(f"/v1/sessions/{lesson.id}").status == 404
    one.stop()
    accepted(Lesson(two, id=lesson.id).schedule())


def test_an_unreachable_database_stops_the_start_with_a_word(tmp_path):
    _, said = fails("--listen", f"127.0.0.1:{free_port()}", "--data",
                    str(tmp_path / "data"), "--database",
                    f"postgresql:///{fresh('no')}?host=/nowhere")
    assert "terminate called" not in said


def test_an_occupied_port_stops_the_start_with_a_word(make_node, server):
    one = make_node()
    two = make_node(start=False)
    two.port = one.port
    two.launch()
    wait_until(lambda: two.process.poll() is not None, "the second to end")
    assert two.process.returncode != 0
    assert "terminate called" not in two.log()
    assert two.log().strip()
