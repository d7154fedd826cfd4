#!/usr/bin/env python3
"""Compares the engine's days and weeks with Python's own reader of tzdata: for
every zone of this machine the last second before and the first one of each local
day of three years, and of one year past the tables that the files hold.

  check_days.py LOCAL_DAYS
"""
# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys
import zoneinfo
from datetime import datetime, timedelta, timezone

FIRST = datetime(datetime.now(timezone.utc).year, 1, 1)
MIDNIGHTS = [FIRST + timedelta(days=n) for n in range(3 * 366)]
MIDNIGHTS += [datetime(2050, 1, 1) + timedelta(days=n) for n in range(366)]
# The machine's own zone, by a name that other machines do not know.
NOT_A_ZONE = {"localtime"}


def seconds_of(zone):
    # Where clocks skip midnight, the day begins later: both sides are asked.
    for midnight in MIDNIGHTS:
        at = int(midnight.replace(tzinfo=zone).timestamp())
        yield at - 1
        yield at


def expected(zone, second):
    local = datetime.fromtimestamp(second, zone)
    year, week, _ = local.isocalendar()
    return f"{local:%Y-%m-%d}/{year}-W{week:02}"


def main():
    names = sorted(zoneinfo.available_timezones() - NOT_A_ZONE)
    assert len(names) > 300, f"this machine has {len(names)} time zones only"
    with subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as engine:
        wrong = looked = 0
        for name in names:
            zone = zoneinfo.ZoneInfo(name)
            seconds = list(seconds_of(zone))
            engine.stdin.write(f"{name} {' '.join(map(str, seconds))}\n")
            engine.stdin.flush()
            said = engine.stdout.readline().split()
            wanted = [expected(zone, s) for s in seconds]
            looked += len(wanted)
            if said == wanted:
                continue
            wrong += 1
            first = next((p for p in zip(seconds, wanted, said) if p[1] != p[2]),
                         said[:1])
            print(f"{name}: second, Python's, the engine's: {first}")
        engine.stdin.close()
    print(f"{len(names)} zones, {looked} instants, {wrong} zones differ")
    return wrong != 0


sys.exit(main())
