// Which of a tutor's open sessions wait for them, and which are ahead of them.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../../api/client";
import { to_log } from "../../session/standing";

/** First what the tutor has to do, by its deadline; then what was missed; then what
 * waits for students. */
export function sorted_in(sessions: Session[], now: number): { waiting: Session[]; upcoming: Session[] } {
  const upcoming = sessions.filter((session) => session.state === "scheduled" && !to_log(session, now));
  const waiting = sessions.filter((session) => !upcoming.includes(session));
  const rank = (session: Session) => (to_log(session, now) ? 0 : session.state === "missed" ? 1 : 2);
  return {
    waiting: waiting.sort((a, b) => rank(a) - rank(b) || Date.parse(a.deadline) - Date.parse(b.deadline)),
    upcoming: upcoming.sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at)),
  };
}
