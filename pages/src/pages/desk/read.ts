// The sessions that the address asks for.
// SPDX-License-Identifier: Apache-2.0
import { Problem, type Schemas, type Session, type State, get } from "../../api/client";
import { type Page, type SessionQuery, read_sessions } from "../../api/paging";
import { is_id } from "../../session/student_ids";
import type { Queue } from "./queues";

export interface Filters {
  /** An id of anything. */
  q: string;
  state: string;
  tutor: string;
  student: string;
  course: string;
  program: string;
  flag: string;
  /** Days, `2026-11-23`, the last one included. */
  from: string;
  to: string;
}

export const filter_names = ["q", "state", "tutor", "student", "course", "program", "flag", "from", "to"] as const;
export const all_flags = ["logged-before-end", "longer-than-call", "nobody-in-call", "repetitive-recap", "same-id", "corrected"] satisfies Schemas["Flag"][];

export const are_set = (filters: Filters): boolean => Object.values(filters).some(Boolean);

export const filters_of = (query: URLSearchParams): Filters =>
  Object.fromEntries(filter_names.map((name) => [name, query.get(name)?.trim() ?? ""])) as unknown as Filters;

/** Returns when a day begins where the viewer is, `days` later. */
function day_begins(day: string, days = 0): string | undefined {
  const [year, month, date] = day.split("-").map(Number);
  const at = new Date(year ?? NaN, (month ?? NaN) - 1, (date ?? NaN) + days);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

const server_orders = ["id", "starts_at", "-starts_at"] as const;
type ServerOrder = (typeof server_orders)[number];
/** The latest first; where people wait for somebody, who waits longest. */
export const default_order = (queue: Queue): ServerOrder =>
  queue === "asked" || queue === "overdue" || queue === "disputed" ? "starts_at" : "-starts_at";

/** Whether the server sorts by it; else what was read is sorted. */
export const sorted_there = (order: string): order is ServerOrder => (server_orders as readonly string[]).includes(order);

function asked_for(filters: Filters, order: string, queue: Queue): SessionQuery {
  const query: Record<string, string | undefined> = {
    ...filters, q: undefined, from: day_begins(filters.from), to: day_begins(filters.to, 1),
    order: sorted_there(order) ? order : default_order(queue),
  };
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value)) as SessionQuery;
}

function merged(pages: Page<Session>[]): Page<Session> {
  const items = new Map(pages.flatMap((page) => page.items).map((session) => [session.id, session]));
  return { items: [...items.values()], next: pages.find((page) => page.next !== null)?.next ?? null };
}

const day_fits = (session: Session, { from, to }: SessionQuery) =>
  (!from || Date.parse(session.starts_at) >= Date.parse(from)) && (!to || Date.parse(session.starts_at) < Date.parse(to));

function fits(session: Session, query: SessionQuery): boolean {
  const same = (["state", "tutor", "course", "program"] as const).every((name) => !query[name] || query[name] === session[name]);
  return same && day_fits(session, query) && (!query.flag || session.flags.includes(query.flag))
    && (!query.student || session.participants.some(({ student }) => student === query.student));
}

/** Finds sessions by an id that may be a session's, a person's, a course's or a programme's. */
async function by_any(q: string, query: SessionQuery, most: number, signal: AbortSignal): Promise<Page<Session>> {
  const itself = get("/v1/sessions/{id}", { path: { id: q }, signal }).then(
    (session) => ({ items: fits(session, query) ? [session] : [], next: null }),
    (error: unknown) => {
      if (error instanceof Problem && error.status === 404) return { items: [], next: null };
      throw error;
    });
  const listed = (["tutor", "student", "course", "program"] as const)
    .filter((name) => !query[name])
    .map((name) => read_sessions({ ...query, [name]: q }, most, signal));
  return merged(await Promise.all([itself, ...listed]));
}

const over: State[] = ["paid", "cancelled", "voided", "update_denied"];

/** What of a queue the server does not filter by is left out here. */
const in_queue: Partial<Record<Queue, (session: Session) => boolean>> = {
  // No reminder is to come any more: the last of them told support.
  overdue: ({ next_timer_kind }) => next_timer_kind === null || next_timer_kind === "auto_confirm",
  flagged: ({ state }) => !over.includes(state),
};

const narrowed: Partial<Record<Queue, SessionQuery>> = {
  asked: { support: "asked" },
  missed: { state: "missed" },
  overdue: { state: "awaiting_student_recap" },
  disputed: { state: "disputed" },
};

async function read_some(query: SessionQuery, queue: Queue, filters: Filters, most: number, signal: AbortSignal) {
  if (queue === "flagged" && !query.flag)
    return merged(await Promise.all(all_flags.map((flag) => read_sessions({ ...query, flag }, most, signal))));
  return filters.q ? by_any(filters.q, query, most, signal) : read_sessions(query, most, signal);
}

export async function read_desk(queue: Queue, filters: Filters, order: string, most: number, signal: AbortSignal): Promise<Page<Session>> {
  if (filters.q && !is_id(filters.q)) return { items: [], next: null };
  const query = { ...asked_for(filters, order, queue), ...narrowed[queue] };
  const page = await read_some(query, queue, filters, most, signal);
  const keeps = in_queue[queue];
  return keeps ? { ...page, items: page.items.filter(keeps) } : page;
}

const keys: Record<string, (session: Session) => string | number> = {
  id: ({ id }) => id,
  state: ({ state }) => state,
  starts_at: ({ starts_at }) => Date.parse(starts_at),
  deadline: ({ deadline }) => Date.parse(deadline),
  course: ({ course }) => course,
  tutor: ({ tutor }) => tutor,
};

/** Sorts by `deadline`, or down by `-deadline`. */
export function sorted_by(order: string, sessions: Session[]): Session[] {
  const down = order.startsWith("-");
  const key = keys[order.replace(/^-/, "")];
  if (!key) return sessions;
  const rising = (a: Session, b: Session) => {
    const [x, y] = [key(a), key(b)];
    return (x < y ? -1 : x > y ? 1 : 0) || (a.id < b.id ? -1 : 1);
  };
  return [...sessions].sort((a, b) => (down ? rising(b, a) : rising(a, b)));
}
