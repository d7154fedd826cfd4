// What a session's timeline is made of: what happened, what is to come, and how long
// things lasted.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../../api/client";
import type { Tone } from "../../ui/badge";
import { words } from "../../words";
import type { SessionEvent, Whole } from "./read";

const text = words.session;

export type Lane = "window" | "people" | "call" | "recaps" | "reminders" | "end";

export interface Moment {
  at: number;
  lane: Lane;
  label: string;
  tone: Tone;
  planned: boolean;
  /** Of whom it tells. */
  who: string[];
}

export interface Stretch {
  from: number;
  /** Null: it lasts. */
  to: number | null;
  lane: Lane;
}

const lanes: Partial<Record<SessionEvent["type"], [Lane, Tone]>> = {
  "session.scheduled": ["window", "neutral"],
  "session.reopened": ["window", "neutral"],
  "session.completed": ["end", "good"],
  "session.paid": ["end", "good"],
  "session.disputed": ["end", "bad"],
  "session.upheld": ["end", "good"],
  "session.missed": ["window", "bad"],
  "session.miss_lifted": ["window", "good"],
  "support.requested": ["window", "waiting"],
  "session.update_denied": ["window", "bad"],
  "participant.invited": ["people", "neutral"],
  "participant.accepted": ["people", "good"],
  "participant.declined": ["people", "neutral"],
  "participant.removed": ["people", "neutral"],
  "call.joined": ["call", "neutral"],
  "call.left": ["call", "neutral"],
  "time.logged": ["recaps", "good"],
  "tutor_recap.submitted": ["recaps", "good"],
  "student_recap.submitted": ["recaps", "good"],
  "reminder.sent": ["reminders", "waiting"],
};

function label_of(event: SessionEvent): string {
  if (event.type === "reminder.sent") return text.reminder_sent(text.messages[event.data.kind]);
  return text.events[event.type];
}

export const time_of = (at: string): number => Date.parse(at);

function people_of(event: SessionEvent): string[] {
  switch (event.type) {
    case "participant.invited": case "participant.accepted": case "participant.declined":
    case "participant.removed": case "student_recap.submitted":
      return [`student:${event.data.student}`];
    case "call.joined": case "call.left":
      return [event.data.participant];
    default:
      return [];
  }
}

function happened(events: SessionEvent[]): Moment[] {
  return events.map((event) => {
    const [lane, tone] = lanes[event.type] ?? (["end", "neutral"] as [Lane, Tone]);
    return { at: time_of(event.at), lane, label: label_of(event), tone, planned: false, who: people_of(event) };
  });
}

const open_states: Session["state"][] = ["scheduled", "time_logged"];

function to_come(session: Session, now: number): Moment[] {
  const found: Moment[] = [];
  const start = time_of(session.starts_at);
  found.push({ at: start, lane: "window", label: text.begins, tone: "neutral", planned: start > now, who: [] });
  const open = open_states.includes(session.state);
  if (open)
    found.push({ at: time_of(session.deadline), lane: "window", label: text.deadline, tone: "bad", planned: true, who: [] });
  if (session.next_timer && session.next_timer_kind && session.next_timer_kind !== "deadline")
    found.push({
      at: time_of(session.next_timer), lane: session.next_timer_kind === "auto_confirm" || session.next_timer_kind === "settlement" ? "end" : "reminders",
      label: text.next_timer(words.timers[session.next_timer_kind]), tone: "waiting", planned: true, who: [],
    });
  return found;
}

/** The windows in which time could be logged: the first, and each that was reopened. */
function windows(session: Session, events: SessionEvent[]): Stretch[] {
  const ends = events.filter(({ type }) => type === "time.logged" || type === "session.cancelled").map(({ at }) => time_of(at));
  const ended = (from: number, to: number) => Math.min(to, ...ends.filter((end) => end >= from));
  const scheduled = events.find((event) => event.type === "session.scheduled");
  const first = scheduled?.type === "session.scheduled" ? scheduled.data.deadline : session.deadline;
  const start = time_of(session.starts_at);
  const found: Stretch[] = [{ from: start, to: Math.max(start, ended(start, time_of(first))), lane: "window" }];
  for (const event of events) {
    if (event.type !== "session.reopened") continue;
    const from = time_of(event.at);
    found.push({ from, to: ended(from, time_of(event.data.deadline)), lane: "window" });
  }
  return found;
}

/** When somebody was in the call: from the first who joins until the last has left. */
function calls(events: SessionEvent[]): Stretch[] {
  const found: Stretch[] = [];
  const inside = new Set<string>();
  let from = 0;
  const leave = (who: string, at: number) => {
    if (inside.delete(who) && inside.size === 0) found.push({ from, to: at, lane: "call" });
  };
  let tutor = "";
  for (const event of events) {
    const at = time_of(event.at);
    if (event.type === "session.scheduled") tutor = `tutor:${event.data.tutor}`;
    else if (event.type === "call.joined") {
      if (inside.size === 0) from = at;
      inside.add(event.data.participant);
    } else if (event.type === "call.left") leave(event.data.participant, at);
    else if (event.type === "time.logged" && event.data.leave_call) leave(tutor, at);
  }
  if (inside.size > 0) found.push({ from, to: null, lane: "call" });
  return found;
}

/** When students' recaps were waited for. */
function waits(events: SessionEvent[]): Stretch[] {
  const found: Stretch[] = [];
  let from: number | null = null;
  const over: SessionEvent["type"][] = ["session.completed", "session.voided", "session.reopened", "session.cancelled"];
  for (const event of events) {
    const at = time_of(event.at);
    if (event.type === "tutor_recap.submitted") from = at;
    else if (from !== null && over.includes(event.type)) {
      found.push({ from, to: at, lane: "recaps" });
      from = null;
    }
  }
  return from === null ? found : [...found, { from, to: null, lane: "recaps" }];
}

export function timeline_of({ session, events }: Whole, now: number): { moments: Moment[]; stretches: Stretch[] } {
  const known = events ?? [];
  const moments = [...happened(known), ...to_come(session, now)].sort((a, b) => a.at - b.at);
  return { moments, stretches: [...windows(session, known), ...calls(known), ...waits(known)] };
}

const most_calls = 12;
const minute_ms = 60_000;

/** Makes one of what several people did within a minute. */
function together(moments: Moment[]): Moment[] {
  const found: Moment[] = [];
  for (const moment of moments) {
    const last = found[found.length - 1];
    if (last && moment.who.length && last.label === moment.label && moment.at - last.at < minute_ms)
      found[found.length - 1] = { ...last, who: [...last.who, ...moment.who.filter((who) => !last.who.includes(who))] };
    else found.push(moment);
  }
  return found;
}

/** Returns what the list tells: without all but the first and the last joins and leaves
 * of a call that has many. */
export function listed(moments: Moment[]): { moments: Moment[]; left_out: number } {
  const all = together(moments);
  const of_call = all.filter(({ lane }) => lane === "call");
  if (of_call.length <= most_calls) return { moments: all, left_out: 0 };
  const dropped = new Set(of_call.slice(1, -1));
  return { moments: all.filter((one) => !dropped.has(one)), left_out: dropped.size };
}
