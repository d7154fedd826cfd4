// Which of a tutor's sessions wait for them, are ahead of them, or are done.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../../api/client";

export interface Sorted {
  waiting: Session[];
  upcoming: Session[];
  done: Session[];
}

/** Whether the tutor has to do something about it now, or has to wait for students. */
function waits(session: Session, now: number): boolean {
  switch (session.state) {
    case "scheduled":
      return Date.parse(session.starts_at) <= now;
    case "time_logged":
    case "awaiting_student_recap":
    case "missed":
      return true;
    default:
      return false;
  }
}

/** Those that wait come by their deadline, the next ones by their start, the others
 * newest first. */
export function sorted_in(sessions: Session[], now: number): Sorted {
  const sorted: Sorted = { waiting: [], upcoming: [], done: [] };
  for (const session of sessions) {
    if (waits(session, now)) sorted.waiting.push(session);
    else if (session.state === "scheduled") sorted.upcoming.push(session);
    else sorted.done.push(session);
  }
  const urgency = (s: Session) => (s.state === "scheduled" || s.state === "time_logged" ? 0 : s.state === "missed" ? 1 : 2);
  sorted.waiting.sort((a, b) => urgency(a) - urgency(b) || Date.parse(a.deadline) - Date.parse(b.deadline));
  sorted.upcoming.sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at));
  return sorted;
}
