// Where moments are drawn: distances grow with the logarithm of what lies between two
// moments, so that a call of a minute and a window of months fit one picture.
// SPDX-License-Identifier: Apache-2.0

const minute_ms = 60_000;
const least_gap = 0.35;

export type Scale = (at: number) => number;

/** Returns a scale on which these moments lie from 0 to 1, in order. */
export function scale_of(moments: number[]): Scale {
  const sorted = [...new Set(moments)].sort((a, b) => a - b);
  const places = [0];
  for (let i = 1; i < sorted.length; ++i) {
    const gap = ((sorted[i] ?? 0) - (sorted[i - 1] ?? 0)) / minute_ms;
    places.push((places[i - 1] ?? 0) + Math.max(least_gap, Math.log2(1 + gap)));
  }
  const whole = places[places.length - 1] || 1;
  return (at) => {
    const next = sorted.findIndex((moment) => moment >= at);
    if (next < 0) return sorted.length > 1 ? 1 : 0;
    if (next === 0) return 0;
    const [from, to] = [sorted[next - 1] ?? 0, sorted[next] ?? 0];
    const [start, end] = [places[next - 1] ?? 0, places[next] ?? 0];
    return (start + ((end - start) * (at - from)) / (to - from)) / whole;
  };
}

/** Returns those of the moments whose names have room beside each other, the first
 * named being the more important. */
export function with_room<T extends { at: number }>(marks: T[], scale: Scale, room: number): T[] {
  const kept: T[] = [];
  for (const mark of marks)
    if (kept.every((other) => Math.abs(scale(other.at) - scale(mark.at)) >= room)) kept.push(mark);
  return kept;
}
