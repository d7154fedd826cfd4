# SPDX-License-Identifier: Apache-2.0
"""The channel by NATS: a command is acknowledged by JetStream, then answered by
its outcome."""
import psycopg2

from load import Over
from nats_servers import Desk
from wire import BATCH


def by_nats(driver, events):
    """Publishes one after the other, each once the one before is acknowledged,
    and nothing twice: what is lost then stays lost."""
    desk = desk_of(driver)
    if driver.rng.random() < 0.02:
        desk.poison(f"poison by {driver.name}: {driver.rng.random()}")
    era = driver.load.nats_era
    for event in events:
        desk.store(event)
    waiting = {e["id"]: e for e in events}
    while waiting:
        if driver.load.over.is_set():
            raise Over
        if era != driver.load.nats_era:
            era = driver.load.nats_era
            for event in waiting.values():
                desk.store(event)
        outcome = desk.outcome()
        for known in [outcome] if outcome else looked_up(driver, waiting):
            # A message may come more than once, so `duplicate` says nothing.
            known["duplicate"] = False
            waiting.pop(known["id"], None)
            event = driver.load.record.commands[known["id"]].event
            driver.load.record.acknowledge(event, known, "nats")


def desk_of(driver):
    desks, load = driver.load.desks, driver.load
    if driver.name not in desks:
        desks[driver.name] = Desk(load.world.nats, load.record, load.over)
    return desks[driver.name]


def looked_up(driver, waiting):
    """Returns outcomes of the commands that wait: an outcome is sent at most
    once, so one that was lost is asked for again, once it was decided."""
    try:
        with driver.cursor() as cursor:
            cursor.execute("SELECT id FROM commands WHERE source = '/crash'"
                           " AND id = ANY (%s)", (list(waiting),))
            decided = [waiting[identity] for (identity,) in cursor.fetchall()]
    except psycopg2.Error:
        return []
    if not decided:
        return []
    return driver.wire.post("/v1/commands", decided, BATCH)[1]
