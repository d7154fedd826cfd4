// Which time is looked at: a week, a month, a term or dates of one's own. All of it is in
// the address.
// SPDX-License-Identifier: Apache-2.0
import { days_later, local_of, moment_of } from "../../ui/zone";
import { viewers_zone } from "../../ui/time";
import { words } from "../../words";

export const kinds = ["week", "month", "term", "dates"] as const;
export type Kind = (typeof kinds)[number];

export interface Period {
  kind: Kind;
  /** The first day and the last one, as dates. */
  first: string;
  last: string;
}

const is_date = (text: string | null): text is string =>
  text !== null && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T12:00:00Z`));

/** Returns the first day of a month, so many months later. */
function month_later(date: string, months: number): string {
  const [year = 0, month = 1] = date.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1 + months, 1, 12)).toISOString().slice(0, 10);
}

const monday_of = (date: string): string =>
  days_later(date, -((new Date(`${date}T12:00:00Z`).getUTCDay() + 6) % 7));

/** Terms are halves of a year: where they begin elsewhere, dates of one's own serve. */
function term_of(date: string): string {
  return `${date.slice(0, 4)}-${Number(date.slice(5, 7)) > 6 ? "07" : "01"}-01`;
}

/** Returns the period around a day. */
function around(kind: Exclude<Kind, "dates">, day: string): Period {
  if (kind === "week") return { kind, first: monday_of(day), last: days_later(monday_of(day), 6) };
  const first = kind === "month" ? month_later(day, 0) : term_of(day);
  return { kind, first, last: days_later(month_later(first, kind === "month" ? 1 : 6), -1) };
}

/** Reads the period from the address; without one it is this month. */
export function period_of(query: URLSearchParams, now: number): Period {
  const today = local_of(now, viewers_zone()).date;
  const wanted = kinds.find((kind) => kind === query.get("period")) ?? "month";
  const first = query.get("first");
  const last = query.get("last");
  if (wanted !== "dates") return around(wanted, is_date(first) ? first : today);
  return {
    kind: wanted,
    first: is_date(first) ? first : days_later(today, -27),
    last: is_date(last) ? last : today,
  };
}

/** Returns a day of the period before (-1) or after (1) it. */
export const beside = (period: Period, way: -1 | 1): string =>
  days_later(way < 0 ? period.first : period.last, way);

/** Returns the moments that it is from and to, in the viewer's zone. */
export function bounds_of(period: Period): { from: string; to: string } | null {
  const at = (date: string) => moment_of(date, "00:00", viewers_zone()) ?? moment_of(date, "01:00", viewers_zone());
  const from = at(period.first);
  const to = at(days_later(period.last, 1));
  if (from === null || to === null || from >= to) return null;
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/** `November 2026`, `Nov 23 – 29, 2026`. */
export function period_text({ kind, first, last }: Period): string {
  const noon = (date: string) => new Date(`${date}T12:00:00Z`);
  if (kind === "month")
    return new Intl.DateTimeFormat(words.locale, { month: "long", year: "numeric", timeZone: "UTC" }).format(noon(first));
  return new Intl.DateTimeFormat(words.locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" })
    .formatRange(noon(first), noon(last));
}

/** `2026-W47`: the ISO week of a day, named by its Thursday's year. */
function week_of(date: string): string {
  const thursday = days_later(monday_of(date), 3);
  const new_year = Date.parse(`${thursday.slice(0, 4)}-01-01T12:00:00Z`);
  const week = 1 + Math.floor((Date.parse(`${thursday}T12:00:00Z`) - new_year) / (7 * 86_400_000));
  return `${thursday.slice(0, 4)}-W${String(week).padStart(2, "0")}`;
}

/** Returns the Monday of `2026-W47`. January 4 is always in the first week. */
export function week_begins(key: string): string {
  const [year = "", week = "1"] = key.split("-W");
  return days_later(monday_of(`${year}-01-04`), 7 * (Number(week) - 1));
}

/** `Nov 23`, of a day or the Monday of a week. */
export function key_text(key: string): string {
  const day = key.includes("W") ? week_begins(key) : key;
  return new Intl.DateTimeFormat(words.locale, { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(`${day}T12:00:00Z`));
}

/** Whether a day is in it. */
export const holds = ({ first, last }: Period, day: string): boolean => first <= day && day <= last;

/** Returns the keys of all days or weeks of the period, also of those without sessions. */
export function keys_of({ first, last }: Period, by: "day" | "week"): string[] {
  const keys: string[] = [];
  const most = 1000;
  for (let day = first; day <= last && keys.length < most; day = days_later(day, by === "day" ? 1 : 7))
    keys.push(by === "day" ? day : week_of(day));
  return by === "week" ? [...new Set([...keys, week_of(last)])] : keys;
}
