// Parts of the page: a section with its CSV, money of several currencies, columns over time.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Problem } from "../../api/client";
import { Button } from "../../ui/button";
import { problem_text } from "../../ui/error_summary";
import { money_text } from "../../ui/money";
import { minutes_text, span } from "../../ui/time";
import { words } from "../../words";
import { save_csv } from "./csv";
import { type Period, key_text } from "./period";
import type { By, Scope, Sums } from "./stats";

const text = words.programme;

export const pay_text = (pay: Record<string, number>): string =>
  Object.entries(pay).map(([currency, minor]) => money_text(minor, currency)).join(", ") || "–";

export const median_text = (seconds: number | null): string =>
  seconds === null ? "–" : span(seconds * 1000);

/** A part of the page with its title, and the same as CSV. */
export function Section({ id, title, hint, by, scope, period, children }: {
  id: string; title: string; hint?: string; by: By; scope: Scope; period: Period; children: ComponentChildren;
}) {
  const [problem, set_problem] = useState<Problem | null>(null);
  const save = async () => {
    try {
      await save_csv(by, scope, period);
      set_problem(null);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      set_problem(error);
    }
  };
  return (
    <section id={id} aria-labelledby={`${id}-title`}>
      <div class="heading">
        <h2 id={`${id}-title`}>{title}</h2>
        <Button kind="quiet" label={text.csv_of(title)} onClick={() => void save()}>{text.csv}</Button>
      </div>
      {problem ? <p role="alert" class="notice bad">{problem_text(problem)}</p> : null}
      {hint ? <p class="hint">{hint}</p> : null}
      {children}
    </section>
  );
}

/** A bar in a cell: how much of the largest a figure is. */
export function CellBar({ value, most }: { value: number; most: number }) {
  return (
    <svg class="cell-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" width="100" height="8" />
      <rect class="fill" width={most > 0 ? Math.max(0, Math.min(100, (100 * value) / most)) : 0} height="8" />
    </svg>
  );
}

const column_width = 24;
const drawn_height = 120;

/** Sessions over time, a column a day or week, with hours as the part that was held. */
export function Columns({ groups, label }: { groups: Sums[]; label: string }) {
  const most = Math.max(1, ...groups.map((one) => one.minutes));
  const width = Math.max(1, groups.length) * column_width;
  return (
    <svg class="columns" viewBox={`0 0 ${width} ${drawn_height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {groups.map((one, i) => {
        const height = (drawn_height * one.minutes) / most;
        return (
          <g key={one.key}>
            <title>{`${key_text(one.key)}: ${minutes_text(one.minutes)}, ${words.count(one.sessions, "session")}`}</title>
            <rect class="track" x={i * column_width + 3} width={column_width - 6} height={drawn_height} />
            <rect class="fill" x={i * column_width + 3} y={drawn_height - height} width={column_width - 6} height={height} />
          </g>
        );
      })}
    </svg>
  );
}
