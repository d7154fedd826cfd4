// Moments as files have them: with an offset, or as clocks in a zone show them.
// SPDX-License-Identifier: Apache-2.0

export type Instant = { at: string } | { wrong: "form" | "zone" | "zone_unknown" | "skipped" };

const with_offset = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i;
const local = /^(\d{4})-(\d\d)-(\d\d)[T ](\d{1,2}):(\d\d)(?::(\d\d))?$/;

/** Returns what a clock in the zone shows, as if it were UTC. */
function shown_at(at: number, format: Intl.DateTimeFormat): number {
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part["year"] ?? 0, (part["month"] ?? 1) - 1, part["day"], part["hour"], part["minute"], part["second"]);
}

function format_of(zone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric",
      hour: "numeric", minute: "numeric", second: "numeric",
    });
  } catch {
    return null;
  }
}

const rfc3339 = (at: number): string => new Date(at).toISOString().replace(".000Z", "Z");

/** Returns the moment that a clock in the zone shows; where it shows it twice, the first. */
function in_zone(shown: number, zone: string): Instant {
  const format = format_of(zone);
  if (!format) return { wrong: "zone_unknown" };
  // Zones differ from UTC by less than a day: the offset a day before and after are all
  // that there can be.
  const day = 86_400_000;
  for (const near of [shown - day, shown + day]) {
    const at = shown - (shown_at(near, format) - near);
    if (shown_at(at, format) === shown) return { at: rfc3339(at) };
  }
  return { wrong: "skipped" };
}

/** Reads `2026-11-23T15:00:00-05:00`, or `2026-11-23 15:00` in `zone`. */
export function instant_of(text: string, zone: string): Instant {
  if (with_offset.test(text)) {
    const at = Date.parse(text.replace(" ", "T"));
    return Number.isNaN(at) ? { wrong: "form" } : { at: rfc3339(at) };
  }
  const found = local.exec(text);
  if (!found) return { wrong: "form" };
  const [year, month, day, hour, minute, second] = found.slice(1).map((part) => Number(part ?? 0));
  const shown = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  const made = new Date(shown);
  if (made.getUTCMonth() + 1 !== month || made.getUTCDate() !== day || made.getUTCHours() !== hour || made.getUTCMinutes() !== minute)
    return { wrong: "form" };
  return zone ? in_zone(shown, zone) : { wrong: "zone" };
}
