// How a session stands, as its tutor sees it.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../api/client";
import { use_now } from "../shell/clock";
import { Badge, StateBadge } from "../ui/badge";
import { words } from "../words";

/** Whether its tutor can log it now. */
export const to_log = (session: Session, now: number): boolean =>
  session.state === "time_logged" || (session.state === "scheduled" && Date.parse(session.starts_at) <= now);

/** Whether it may still be going on: the tutor is not told yet to log it. */
export const under_way = (session: Session, now: number): boolean =>
  session.state === "scheduled" && Date.parse(session.starts_at) <= now && session.next_timer_kind === "tutor_recap_due";

/** Its state; one that began and was not logged is not called scheduled. */
export function TutorsBadge({ session }: { session: Session }) {
  const now = use_now();
  if (under_way(session, now)) return <Badge tone="neutral">{words.my_sessions.under_way}</Badge>;
  if (session.state === "update_denied") return <Badge tone="bad">{words.my_sessions.update_denied}</Badge>;
  return session.state === "scheduled" && to_log(session, now)
    ? <Badge tone="waiting">{words.my_sessions.to_log}</Badge> : <StateBadge state={session.state} />;
}
