// The statistics that the page shows, read by what they are grouped by.
// SPDX-License-Identifier: Apache-2.0
import { type Query, type Schemas, get } from "../../api/client";
import { type Loaded, use_data } from "../../api/data";

export type Sums = Schemas["StatisticsOfSessions"];
export type Refused = Schemas["StatisticsOfRefusals"];
export type Reminded = Schemas["StatisticsOfReminders"];
export type By = Query<"/v1/stats">["by"];
type GroupOf<B extends By> = B extends "refusal" ? Refused : B extends "reminder" ? Reminded : Sums;

/** What is looked at: sessions that began then, of one programme or all. */
export interface Scope {
  from: string;
  to: string;
  program?: string;
}

export const read_stats = async <B extends By>(by: B, scope: Scope, signal?: AbortSignal): Promise<GroupOf<B>[]> =>
  (await get("/v1/stats", { query: { ...scope, by }, ...(signal ? { signal } : {}) })).groups as GroupOf<B>[];

export const use_stats = <B extends By>(by: B, scope: Scope): Loaded<GroupOf<B>[]> =>
  use_data(`stats ${by} ${JSON.stringify(scope)}`, (signal) => read_stats(by, scope, signal));

/** Returns the part of the scope that has begun by `now`. */
export function begun_of(scope: Scope, now: number): Scope {
  const to = Math.min(Date.parse(scope.to), now - (now % 300_000) + 1);
  return { ...scope, to: new Date(Math.max(to, Date.parse(scope.from) + 1)).toISOString() };
}

/** Returns the sums of all groups, pay by currency. */
export function total_of(groups: Sums[]): Pick<Sums, "sessions" | "minutes" | "pay"> {
  const pay: Record<string, number> = {};
  for (const group of groups)
    for (const [currency, minor] of Object.entries(group.pay)) pay[currency] = (pay[currency] ?? 0) + minor;
  return {
    sessions: groups.reduce((sum, one) => sum + one.sessions, 0),
    minutes: groups.reduce((sum, one) => sum + one.minutes, 0),
    pay,
  };
}

/** `12 %`, or nothing where there is nothing to be a part of. */
export const share_text = (part: number, of: number): string | null =>
  of === 0 ? null : `${Math.round((100 * part) / of)} %`;
