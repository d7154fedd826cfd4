# SPDX-License-Identifier: Apache-2.0
"""Sessions as their events tell them, by the audit's own reading."""
import json


def read_sessions(sql):
    """Returns what each session's events say by now: `{id: {tutor, course,
    starts_at, rate_per_hour, minutes, going}}`, where `minutes` are None as
    long as no time is logged, and `going` are the students who go."""
    sessions, statuses = {}, {}
    for session, kind, data in sql(
            "SELECT session_id, type, data FROM session_events"
            " ORDER BY session_id, seq"):
        data = json.loads(data)
        if kind == "session.scheduled":
            sessions[session] = {
                name: data[name] for name in ("tutor", "course", "starts_at",
                                              "rate_per_hour")}
            sessions[session]["minutes"] = None
            statuses[session] = {}
        elif kind in ("time.logged", "time.corrected"):
            sessions[session]["minutes"] = data["minutes"]
        elif kind == "session.reopened":
            sessions[session]["minutes"] = None
        elif kind.startswith("participant."):
            statuses[session][data["student"]] = kind.split(".")[1]
    for session, facts in sessions.items():
        facts["going"] = [student
                          for student, status in statuses[session].items()
                          if status == "accepted"]
    return sessions
