// A timeline that serves a minute as well as months: entries in order, whose distances
// grow with the logarithm of what lies between them.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { use_now } from "../shell/clock";
import { words } from "../words";
import type { Tone } from "./badge";
import { Time, span } from "./time";

export interface Entry {
  at: string;
  label: ComponentChildren;
  tone?: Tone;
  /** Stands for one that may not come: a deadline, a reminder. */
  planned?: boolean;
}

/** Returns 0 to 5: none, minutes, an hour, a day, a week, more. */
function gap_class(ms: number): string {
  const steps = [60_000, 3_600_000, 86_400_000, 604_800_000, 2_592_000_000];
  return `gap-${steps.filter((step) => ms >= step).length}`;
}

export function Timeline({ label, entries, zone }: { label: string; entries: Entry[]; zone: string }) {
  const now = use_now();
  const sorted = [...entries].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return (
    <ol class="timeline" aria-label={label}>
      {sorted.map((entry, i) => {
        const at = Date.parse(entry.at);
        const before = sorted[i - 1];
        return (
          <li key={i} class={[gap_class(before ? at - Date.parse(before.at) : 0), entry.tone ?? "neutral",
            entry.planned || at > now ? "planned" : ""].join(" ")}>
            <span class="label">{entry.label}</span>
            <small><Time at={entry.at} zone={zone} />{at > now ? ` · ${words.time.in(span(at - now))}` : ""}</small>
          </li>
        );
      })}
    </ol>
  );
}
