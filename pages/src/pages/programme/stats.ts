// The statistics that the page shows, read by what they are grouped by.
// SPDX-License-Identifier: Apache-2.0
import { type Query, type Schemas, address_of, get, request } from "../../api/client";
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

export const use_stats = <B extends By>(by: B, scope: Scope): Loaded<GroupOf<B>[]> =>
  use_data(`stats ${by} ${JSON.stringify(scope)}`, async (signal) =>
    (await get("/v1/stats", { query: { ...scope, by }, signal })).groups as GroupOf<B>[]);

/** Saves the same as a file of comma-separated values. A link alone would send neither
 * the token nor what form is wanted. */
export async function save_csv(by: By, scope: Scope): Promise<void> {
  const response = await request(address_of("/v1/stats", { ...scope, by }), { headers: { accept: "text/csv" } });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = `${by}-${scope.from.slice(0, 10)}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
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
