// What support can do with sessions, and the commands that do it.
// SPDX-License-Identifier: Apache-2.0
import type { Session, State } from "../../../api/client";
import type { Order } from "../../../api/commands";
import { counted_minutes } from "../../../session/pay";
import type { FormError } from "../../../ui/error_summary";
import { words } from "../../../words";

const text = words.desk;

export const actions = ["reopen", "deny", "correct", "uphold", "remove", "void", "cancel"] as const;
export type Action = (typeof actions)[number];

/** Those after which somebody may miss something. */
export const dangerous: Action[] = ["deny", "void", "cancel"];

/** Whether it can be done in the session's state, as far as the page knows: the preview
 * asks the engine. */
export const fits: Record<Action, (session: Session) => boolean> = {
  reopen: ({ state }) => state === "missed" || state === "update_denied",
  deny: ({ state }) => state === "missed",
  correct: (session) => counted_minutes(session) !== null,
  uphold: ({ state }) => state === "disputed",
  remove: (session) => removable(session).length > 0 && before_the_end.includes(session.state),
  void: ({ state, minutes }) => minutes !== null && state !== "voided",
  cancel: ({ state }) => state === "scheduled",
};
const before_the_end: State[] = ["scheduled", "time_logged", "awaiting_student_recap"];

export interface Entries {
  hours: string;
  minutes: string;
  note: string;
  /** SESSION STUDENT, of those who did not come. */
  absent: ReadonlySet<string>;
}

export const nothing_entered: Entries = { hours: "48", minutes: "", note: "", absent: new Set() };

/** A command that is to be sent; the key tells it from the others. */
export interface Job {
  key: string;
  session: Session;
  student: string | null;
  order: Order;
}

const whole = (entry: string, most: number): boolean => /^\d+$/.test(entry) && Number(entry) >= 1 && Number(entry) <= most;

/** Returns what is wrong with what was entered. */
export function errors_of(action: Action, entries: Entries): FormError[] {
  const errors: FormError[] = [];
  if (action === "reopen" && !whole(entries.hours, 720)) errors.push({ field: "act-hours", text: text.hours_wrong });
  if (action === "correct" && !whole(entries.minutes, 1440)) errors.push({ field: "act-minutes", text: text.minutes_wrong });
  if (action === "remove" && entries.absent.size === 0) errors.push({ field: "act-absent", text: text.nobody_chosen });
  if (action !== "remove" && !entries.note.trim()) errors.push({ field: "act-note", text: text.note_missing });
  return errors;
}

function order_of(action: Exclude<Action, "remove">, session: Session, entries: Entries, as: string): Order {
  const note = entries.note.trim();
  const about = { subject: session.id, as };
  switch (action) {
    case "reopen": return { ...about, type: "recapd.support.reopen", data: { hours: Number(entries.hours), note } };
    case "deny": return { ...about, type: "recapd.support.deny", data: { note } };
    case "correct": return { ...about, type: "recapd.support.correct", data: { minutes: Number(entries.minutes), note } };
    case "uphold": return { ...about, type: "recapd.support.uphold", data: { note } };
    case "void": return { ...about, type: "recapd.support.void", data: { note } };
    case "cancel": return { ...about, type: "recapd.session.cancel", data: { reason: note } };
  }
}

export const absent_key = (session: Session, student: string): string => `${session.id} ${student}`;

/** Those who can be removed: who goes, or has not answered. */
export const removable = (session: Session): string[] =>
  session.participants.filter(({ status }) => status === "going" || status === "invited").map(({ student }) => student);

export function jobs_of(action: Action, sessions: Session[], entries: Entries, as: string): Job[] {
  if (action !== "remove")
    return sessions.map((session) => ({ key: session.id, session, student: null, order: order_of(action, session, entries, as) }));
  return sessions.flatMap((session) => removable(session)
    .filter((student) => entries.absent.has(absent_key(session, student)))
    .map((student) => ({
      key: absent_key(session, student), session, student,
      order: { type: "recapd.participant.remove", subject: session.id, as, data: { student } } as Order,
    })));
}
