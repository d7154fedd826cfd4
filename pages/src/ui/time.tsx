// Times: in the session's zone, with the viewer's beside it where it differs.
// SPDX-License-Identifier: Apache-2.0
import { use_now } from "../shell/clock";
import { words } from "../words";

const zone_here = Intl.DateTimeFormat().resolvedOptions().timeZone;
export const viewers_zone = (): string => zone_here;

/** Made once each: a long list has thousands of times, and making one takes long. */
const formats = new Map<string, Intl.DateTimeFormat>();

function format_in(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(words.locale, { ...options, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat(words.locale, { ...options, timeZone: "UTC", timeZoneName: "short" });
  }
}

function formatted(at: number, zone: string, options: Intl.DateTimeFormatOptions): string {
  const key = `${zone} ${JSON.stringify(options)}`;
  const format = formats.get(key) ?? format_in(zone, options);
  formats.set(key, format);
  return format.format(at);
}

/** Whether clocks are read as the browser's own fields show them: 4:00 PM, or 16:00. */
const half_days = new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions().hour12 ?? false;
export const clock: Intl.DateTimeFormatOptions = half_days
  ? { hour: "numeric", minute: "2-digit", hourCycle: "h12" } : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const whole: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short", ...clock };

/** `Mon, Nov 23, 16:00`, with the year where it is another. */
export function day_and_time(at: number, zone: string, now = Date.now()): string {
  const year = (time: number) => formatted(time, zone, { year: "numeric" });
  return formatted(at, zone, year(at) === year(now) ? whole : { ...whole, year: "numeric" });
}

export const day_only = (at: number, zone: string): string =>
  formatted(at, zone, { weekday: "short", day: "numeric", month: "short" });

/** `5 h 12 min`, never below zero; minutes are rounded down. */
export function span(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes >= 48 * 60) return words.time.days_hours(Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60));
  if (minutes >= 60) return words.time.hours_minutes(Math.floor(minutes / 60), minutes % 60);
  return words.time.minutes(minutes);
}

export const minutes_text = (minutes: number): string =>
  minutes >= 60 ? words.time.hours_minutes(Math.floor(minutes / 60), minutes % 60) : words.time.minutes(minutes);

/** A moment in a zone, which is named where it is not the viewer's, or with `named`. */
export function Time({ at, zone, named = false }: { at: string; zone: string; named?: boolean }) {
  const now = use_now();
  const mine = viewers_zone();
  const moment = Date.parse(at);
  const there = day_and_time(moment, zone, now);
  const here = day_only(moment, mine) === day_only(moment, zone)
    ? formatted(moment, mine, clock)
    : day_and_time(moment, mine, now);
  const same = there.endsWith(here);
  return (
    <time dateTime={at}>
      {there}
      {same && !named ? null : <small> {zone.replace(/_/g, " ")}{same ? null : <> ({here} {words.ui.your_time})</>}</small>}
    </time>
  );
}

/** How far a moment is away: `in 5 h 12 min`, `2 d ago`. */
export function Distance({ at }: { at: string }) {
  const ms = Date.parse(at) - use_now();
  return <span>{ms >= 0 ? words.time.in(span(ms)) : words.time.ago(span(-ms))}</span>;
}
