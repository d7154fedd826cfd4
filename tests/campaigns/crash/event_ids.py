# SPDX-License-Identifier: Apache-2.0
"""The ids under which events are sent."""

# SQL, for a row of session_events: SESSION:SEQ-EPOCH.
EVENT_ID = """(session_id || ':' || seq || coalesce('-' || nullif(
    (SELECT token FROM epochs WHERE first <= position
      ORDER BY first DESC LIMIT 1), ''), ''))"""
