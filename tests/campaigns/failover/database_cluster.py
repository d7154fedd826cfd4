# SPDX-License-Identifier: Apache-2.0
"""Three hosts of PostgreSQL and the etcd by which they agree on who leads."""
import secrets
import time

import psycopg2

from database_host import PORT, DatabaseHost
from databases import Database, run
from wire import fresh, wait_until

ROLES = ("recapd_admin", "replicator", "rewinder", "recapd")


class DatabaseCluster:
    """Runs from `start` to `close`; faults strike its hosts."""

    def __init__(self, folder, sites, etcd, synchronous):
        self.synchronous = synchronous
        self.sites = sites
        self.etcd = etcd
        self.secrets = {role: secrets.token_urlsafe(18) for role in ROLES}
        self.hosts = [
            DatabaseHost(number, folder / f"pg{number}", sites, etcd,
                         self.secrets, synchronous)
            for number in sites.HOST_NUMBERS]
        self.newest_timeline = 0  # in which one of them was seen to lead

    def url(self, role, name):
        """Returns a URL that names every host. A connection by the URL is to
        the host that may be written."""
        hosts = ",".join(f"{h.address}:{PORT}" for h in self.hosts)
        return (f"postgresql://{role}:{self.secrets[role]}@{hosts}/{name}"
                "?target_session_attrs=read-write")

    def url_there(self, name):
        """Returns the URL by which a node connects."""
        return self.url("recapd", name)

    @property
    def admin_url(self):
        """The URL for what the campaign does itself, bounded in time."""
        return (self.url("recapd_admin", "postgres")
                + "&connect_timeout=3&tcp_user_timeout=3000"
                  "&options=-c%20statement_timeout%3D120s")

    # ---- start and end ------------------------------------------------------

    def start(self):
        for host in self.hosts:
            host.prepare()
        self.hosts[0].start()
        wait_until(self.leader, "the first server to lead", 60)
        for host in self.hosts[1:]:
            host.start()
        trouble = self.wait_whole(90)
        assert trouble is None, f"PostgreSQL is not whole: {trouble}"
        self.administer(
            "CREATE ROLE recapd LOGIN PASSWORD "
            f"'{self.secrets['recapd']}'; CREATE ROLE recapd_producer;"
            " GRANT recapd_producer TO recapd WITH ADMIN OPTION")

    def close(self):
        """Closes every host, even where another one makes trouble."""
        troubles = []
        for host in self.hosts:
            try:
                host.close()
            except (AssertionError, OSError) as error:
                troubles.append(f"{host.name}: {error}")
        assert not troubles, troubles

    def administer(self, statement, url=None):
        return run(url or self.admin_url, statement)

    # ---- who leads ----------------------------------------------------------

    def leader(self):
        for host in self.hosts:
            if (timeline := host.led_timeline()) is not None:
                self.newest_timeline = max(self.newest_timeline, timeline)
                return host
        return None

    def standbys(self):
        leader = self.leader()
        return [h for h in self.hosts if h is not leader]

    def fell_back(self):
        """Returns true where a host led in a newer timeline that was undone.
        Patroni let an older primary go on, as it may where no watchdog ends a
        host that stood still. No program can save what the undone primary
        acknowledged."""
        known = max([self.newest_timeline, *(
            n for host in self.hosts for n in host.begun_timelines())])
        led = [host.led_timeline() for host in self.hosts]
        return max(filter(None, led), default=known) < known

    def branched(self):
        """Returns true where a standby wrote as much as its older primary beyond
        the promotion of another. Where the new primary stands still the two may
        go on: what SQL clients then insert is acknowledged, and is gone."""
        left = [branch for h in self.hosts for branch in h.left_branches()]
        return len(left) > len(set(left))

    def trouble(self):
        """What is not as it should be; nothing when all is."""
        leader = self.leader()
        if leader is None:
            return "nobody leads"
        try:
            rows = self.administer(
                "SELECT application_name, state, sync_state"
                " FROM pg_stat_replication")
        except psycopg2.Error as error:
            return f"{leader.name} leads and does not answer: {error}"
        streaming = {name for name, state, _ in rows if state == "streaming"}
        wanted = {h.name for h in self.hosts if h is not leader}
        if not wanted <= streaming:
            return f"{leader.name} leads, replication is {rows}"
        if self.synchronous and not any(r[2] in ("sync", "quorum")
                                        for r in rows):
            return f"{leader.name} has no synchronous standby: {rows}"
        return None

    def wait_whole(self, seconds):
        """Waits until the cluster is whole. Returns the trouble that is left
        when time is up, or None."""
        end = time.monotonic() + seconds
        while (told := self.trouble()) is not None:
            if time.monotonic() > end:
                return told
            time.sleep(0.3)
        return None

    # ---- healing ------------------------------------------------------------

    def mend(self):
        """Takes back whatever was done to the cluster; does not wait."""
        self.sites.heal_hosts()
        self.etcd.start()
        for host in self.hosts:
            host.empty_disk()
            host.thaw()
            host.start()

    def heal(self):
        """Makes the cluster whole: a standby that does not follow is copied
        anew."""
        self.mend()
        trouble = self.wait_whole(45)
        if trouble is not None and (leader := self.leader()) is not None:
            rows = self.administer("SELECT application_name FROM"
                                   " pg_stat_replication WHERE state ="
                                   " 'streaming'")
            following = {name for (name,) in rows}
            for host in self.hosts:
                if host is not leader and host.name not in following:
                    host.make_anew()
            trouble = self.wait_whole(60)
        assert trouble is None, f"PostgreSQL is not whole: {trouble}"


class FailoverDatabase(Database):
    """A database of its own on the cluster; its nodes' URL names every host."""

    def __new__(cls, cluster):
        name = fresh("failover").replace("-", "_")
        cluster.administer(f"CREATE DATABASE {name} OWNER recapd")
        made = super().__new__(
            cls, cluster.url_there(name)
            + "&connect_timeout=3&tcp_user_timeout=3000&keepalives_idle=3"
              "&keepalives_interval=1&keepalives_count=3")
        made.server, made.name = cluster.admin_url, name
        made.admin_url = cluster.admin_url.replace("/postgres?", f"/{name}?")
        return made
