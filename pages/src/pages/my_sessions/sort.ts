// Which of a tutor's open sessions wait for them, and which are ahead of them.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../../api/client";
import { to_log } from "../../session/standing";

/** First what the tutor has to do, by its deadline, then what was missed; apart from that
 * what waits for students, or for support's answer. */
export function sorted_in(sessions: Session[], asked: Set<string>, now: number): {
  waiting: Session[]; others: Session[]; upcoming: Session[];
} {
  const upcoming = sessions.filter((session) => session.state === "scheduled" && !to_log(session, now));
  const waits_for_others = ({ id, state }: Session) => state === "awaiting_student_recap" || state === "disputed" || asked.has(id);
  const waiting = sessions.filter((session) => !upcoming.includes(session) && !waits_for_others(session));
  const rank = (session: Session) => (to_log(session, now) ? 0 : 1);
  const by_deadline = (a: Session, b: Session) => Date.parse(a.deadline) - Date.parse(b.deadline);
  return {
    waiting: waiting.sort((a, b) => rank(a) - rank(b) || by_deadline(a, b)),
    others: sessions.filter(waits_for_others).sort(by_deadline),
    upcoming: upcoming.sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at)),
  };
}
