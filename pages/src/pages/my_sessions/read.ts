// Reads a tutor's sessions: those that are open whole, the others in pages.
// SPDX-License-Identifier: Apache-2.0
import { type Answer, type Session, type State, get } from "../../api/client";
import { read_pages, read_sessions } from "../../api/paging";
import { days_later, local_of, moment_of } from "../../ui/zone";

const open_states: State[] = ["scheduled", "time_logged", "awaiting_student_recap", "missed", "disputed"];
/** Of each state; who has more reads the first of them. */
export const most_open = 100;

export interface Open {
  sessions: Session[];
  /** The missed ones of which support was asked for an update. */
  asked: Set<string>;
  /** Whether there are more than these. */
  more: boolean;
}

export async function read_open(tutor: string, signal: AbortSignal): Promise<Open> {
  const [asked, ...found] = await Promise.all([
    read_sessions({ tutor, state: "missed", support: "asked" }, most_open, signal),
    ...open_states.map((state) => read_sessions({ tutor, state, order: "starts_at" }, most_open, signal)),
  ]);
  return {
    sessions: found.flatMap(({ items }) => items),
    asked: new Set(asked.items.map(({ id }) => id)),
    more: found.some(({ next }) => next !== null),
  };
}

export const is_open = (session: Session): boolean => open_states.includes(session.state);

export interface Week {
  /** When it began: the last Monday, in this zone. */
  since: string;
  earned: Record<string, number>;
  /** All that they ever earned. */
  balances: Record<string, number>;
  /** Those that are confirmed, and paid later. */
  settling: Session[];
  limits: Answer<"/v1/tutors/{id}/limits">["limits"];
}

/** Returns the last Monday's beginning. */
export function monday_of(now: number, zone: string): number {
  const { date } = local_of(now, zone);
  const weekday = (new Date(`${date}T12:00:00Z`).getUTCDay() + 6) % 7;
  return moment_of(days_later(date, -weekday), "00:00", zone) ?? now;
}

/** Reads what a tutor earned since Monday, and the limits of their week. */
export async function read_week(tutor: string, now: number, zone: string, signal: AbortSignal): Promise<Week> {
  const since = new Date(monday_of(now, zone)).toISOString();
  const account = `tutor:${tutor}`;
  let balances: Record<string, number> = {};
  const [{ limits }, { items }, { items: settling }] = await Promise.all([
    get("/v1/tutors/{id}/limits", { path: { id: tutor }, query: { at: new Date(now).toISOString() }, signal }),
    read_pages(async (after) => {
      const page = await get("/v1/accounts/{account}", {
        path: { account }, query: { from: since, ...(after ? { after } : {}) }, signal });
      balances = page.balances;
      return { items: page.entries, next: page.next };
    }, 10_000),
    read_sessions({ tutor, state: "completed" }, most_open, signal),
  ]);
  const earned: Record<string, number> = {};
  for (const { currency, amount } of items) earned[currency] = (earned[currency] ?? 0) + amount;
  return { since, earned, balances, settling, limits };
}
