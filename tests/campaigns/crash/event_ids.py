# SPDX-License-Identifier: Apache-2.0
"""The ids under which events are sent."""

# SQL, for a row of session_events: SESSION:SEQ-DRAW.
EVENT_ID = "(session_id || ':' || seq || '-' || lpad(to_hex(draw), 8, '0'))"
