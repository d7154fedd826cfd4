# SPDX-License-Identifier: Apache-2.0
"""Lives of sessions in real time: nobody moves the clock, so sessions take
place in the past, and a deadline that is to pass is seconds away."""
from datetime import datetime, timedelta, timezone

import lives
from lives import ROADS, Campus, Life

WINDOW = timedelta(hours=2000)
SILENCE = timedelta(seconds=8)
MARGIN = timedelta(seconds=2)
POLICY = {
    **lives.POLICY,
    "log_window": f"{WINDOW // timedelta(hours=1)}h",
    "courses": {**lives.POLICY["courses"],
                "auto": {"auto_confirm_after": f"{SILENCE.seconds}s"}},
}


class LiveLife(Life):
    """As the crash client's, over so many weeks that limits leave some room."""
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
    life = LiveLife
    roads = {getattr(LiveLife, way.__name__): weight
             for way, weight in ROADS.items()}

    def __init__(self, seed):
        super().__init__(seed, None)

    @property
    def now(self):
        return datetime.now(timezone.utc)

    @now.setter
    def now(self, _):
        """Nobody moves it."""

    def at_rest(self):
        """Nothing runs, and nothing waits for its time."""
        return self.running() == 0 and not self.parked
