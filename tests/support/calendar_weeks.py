# SPDX-License-Identifier: Apache-2.0
"""Names of weeks and days, worked out independently of the node."""
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
        "sunday"]


def local(moment, zone="America/New_York"):
    return moment.astimezone(ZoneInfo(zone))


def week_start(moment, zone="America/New_York", begins="monday"):
    day = local(moment, zone).date()
    return day - timedelta(days=(day.weekday() - DAYS.index(begins)) % 7)


def week(moment, zone="America/New_York", begins="monday"):
    """The ISO week of the Thursday of the week that holds the moment."""
    first = week_start(moment, zone, begins)
    thursday = first + timedelta(days=(3 - first.weekday()) % 7)
    year, number, _ = thursday.isocalendar()
    return f"{year}-W{number:02}"


def day(moment, zone="America/New_York"):
    return local(moment, zone).date().isoformat()


def at(date, hour, minute=0, zone="America/New_York"):
    """A wall-clock time in a zone as a moment in UTC."""
    return datetime(date.year, date.month, date.day, hour, minute,
                    tzinfo=ZoneInfo(zone)).astimezone(timezone.utc)


def next_monday(moment, zone="America/New_York"):
    return week_start(moment, zone) + timedelta(days=7)


def next_offset_changes(moment, zone="America/New_York", count=2):
    """The coming dates on which the zone's UTC offset changes."""
    found, date = [], local(moment, zone).date() + timedelta(days=1)
    while len(found) < count:
        if at(date, 0, zone=zone) + timedelta(days=1) != at(
                date + timedelta(days=1), 0, zone=zone):
            found.append(date)
        date += timedelta(days=1)
    return found
