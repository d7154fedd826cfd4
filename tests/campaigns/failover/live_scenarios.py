# SPDX-License-Identifier: Apache-2.0
"""Scenarios in real time: nobody moves the clock, so sessions take
place in the past, and a deadline that is to pass is seconds away."""
from datetime import datetime, timedelta, timezone

import scenarios
from scenarios import SCENARIOS, Campus, Session

WINDOW = timedelta(hours=2000)
SILENCE = timedelta(seconds=8)
MARGIN = timedelta(seconds=2)
POLICY = {
    **scenarios.POLICY,
    "log_window": f"{WINDOW // timedelta(hours=1)}h",
    "courses": {**scenarios.POLICY["courses"],
                "auto": {"auto_confirm_after": f"{SILENCE.seconds}s"}},
}


class LiveSession(Session):
    """A session of the crash campaign, over so many weeks that limits leave
    some room."""
    late = False  # its deadline is to pass

    def begins(self):
        if self.late:
            return self.campus.now - WINDOW + timedelta(seconds=6)
        return self.campus.now - WINDOW * self.rng.uniform(0.001, 0.95)

    def missed(self):
        self.late = True
        yield from super().missed()

    def past_deadline(self):
        return self.campus.now + timedelta(seconds=6) + MARGIN

    def past_silence(self):
        return self.campus.now + SILENCE + MARGIN


class LiveCampus(Campus):
    session_class = LiveSession
    scenarios = {getattr(LiveSession, scenario.__name__): weight
                 for scenario, weight in SCENARIOS.items()}

    def __init__(self, seed):
        super().__init__(seed, None)

    @property
    def now(self):
        return datetime.now(timezone.utc)

    @now.setter
    def now(self, _):
        """Ignores the value: nobody moves the clock."""

    def at_rest(self):
        """Returns true if no scenario is played, and none waits."""
        return self.running() == 0 and not self.parked
