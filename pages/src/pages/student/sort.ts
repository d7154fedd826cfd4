// Which of a student's sessions wait for them, and for what.
// SPDX-License-Identifier: Apache-2.0
import type { Schemas, Session, State } from "../../api/client";
import { read_sessions } from "../../api/paging";

type Participant = Schemas["Participant"];

export const open_states: State[] = ["awaiting_student_recap", "scheduled", "time_logged"];
const most_open = 500;

/** Returns what the session says of a student. */
export const part_of = (session: Session, student: string): Participant | undefined =>
  session.participants.find((one) => one.student === student);

/** Whether this student's recap can be written now, and is not. */
export function owes(session: Session, student: string): boolean {
  const part = part_of(session, student);
  return session.state === "awaiting_student_recap" && part?.status === "going" && part.recap === null;
}

/** Whether they may write it: in a dispute, too, where it confirms nothing. */
export const can_write = (session: Session, student: string): boolean =>
  owes(session, student) || (session.state === "disputed" && owes({ ...session, state: "awaiting_student_recap" }, student));

const is_invited = (session: Session, student: string): boolean =>
  session.state === "scheduled" && part_of(session, student)?.status === "invited";

/** Whether it may still take place for this student, or wait for its tutor. */
const is_ahead = (session: Session, student: string): boolean =>
  (session.state === "scheduled" || session.state === "time_logged")
  && part_of(session, student)?.status === "going";

/** Whether it was answered, and nothing has come of it yet. */
const is_answered = (session: Session, student: string): boolean =>
  session.state === "scheduled" && ["going", "declined"].includes(part_of(session, student)?.status ?? "");

/** In which list's manner an invitation stands that may be answered by now. */
export const kind_of_invitation = (session: Session, student: string): "invited" | "ahead" | "past" =>
  is_invited(session, student) ? "invited" : is_ahead(session, student) ? "ahead" : "past";

/** What was to be answered since the page was opened: it keeps its place among the
 * invitations, answered, so that nothing moves under a finger. */
export class Kept {
  private readonly ids = new Set<string>();

  constructor(private readonly student: string) {}

  note(sessions: Session[]): void {
    for (const session of sessions) if (is_invited(session, this.student)) this.ids.add(session.id);
  }

  has(session: Session): boolean {
    return is_invited(session, this.student) || (this.ids.has(session.id) && is_answered(session, this.student));
  }
}

export interface Open {
  owed: Session[];
  invited: Session[];
  ahead: Session[];
}

/** Whether it stands in one of the lists of what is open. */
export const is_open = (session: Session, student: string, kept: Kept): boolean =>
  owes(session, student) || kept.has(session) || is_ahead(session, student);

/** Reads what is open; the oldest first, since it has waited longest. */
export async function read_open(student: string, kept: Kept, signal: AbortSignal): Promise<Open> {
  const found = await Promise.all(open_states.map((state) =>
    read_sessions({ student, state, order: "starts_at" }, most_open, signal)));
  const sessions = found.flatMap(({ items }) => items);
  const chosen = (of: (session: Session, student: string) => boolean) =>
    sessions.filter((session) => of(session, student))
      .sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at));
  kept.note(sessions);
  return {
    owed: chosen(owes), invited: chosen((session) => kept.has(session)),
    ahead: chosen((session) => is_ahead(session, student) && !kept.has(session)),
  };
}
