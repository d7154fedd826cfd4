// Times that people write in a zone, as moments.
// SPDX-License-Identifier: Apache-2.0

const parts_in = (zone: string) => new Intl.DateTimeFormat("en-CA", {
  timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
  hour: "2-digit", minute: "2-digit",
});

/** Returns `2026-11-23` and `16:00`, as clocks in the zone show a moment. */
export function local_of(at: number, zone: string): { date: string; time: string } {
  const part = Object.fromEntries(parts_in(zone).formatToParts(at).map(({ type, value }) => [type, value]));
  return { date: `${part["year"]}-${part["month"]}-${part["day"]}`, time: `${part["hour"]}:${part["minute"]}` };
}

/** Returns the moment at which clocks in the zone show this, the first where they show
 * it twice, or null where they never do. */
export function moment_of(date: string, time: string, zone: string): number | null {
  const wanted = Date.parse(`${date}T${time}:00Z`);
  if (Number.isNaN(wanted)) return null;
  for (const hours of [14, -12]) {
    // Two steps from either side of all offsets find the moment before a change of the
    // clocks, and the one after it.
    let at = wanted - hours * 3_600_000;
    for (let i = 0; i < 2; ++i) {
      const shown = local_of(at, zone);
      at += wanted - Date.parse(`${shown.date}T${shown.time}:00Z`);
    }
    const shown = local_of(at, zone);
    if (shown.date === date && shown.time === time) return at;
  }
  return null;
}

/** Returns the date so many days later. */
export function days_later(date: string, days: number): string {
  return new Date(Date.parse(`${date}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

export function is_zone(zone: string): boolean {
  try {
    parts_in(zone);
    return zone !== "";
  } catch {
    return false;
  }
}
