// A chart that is a table: each row has its figure, and a bar of that length.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";

export interface ChartRow {
  key: string;
  label: ComponentChildren;
  value: number;
  text: string;
}

export function Chart({ caption, labels, rows }: {
  caption: string; labels: { what: string; figure: string }; rows: ChartRow[];
}) {
  const most = Math.max(1, ...rows.map((row) => Math.abs(row.value)));
  return (
    <table class="chart">
      <caption>{caption}</caption>
      <thead><tr><th scope="col">{labels.what}</th><th scope="col" colSpan={2}>{labels.figure}</th></tr></thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <th scope="row">{row.label}</th>
            <td class="figure">{row.text}</td>
            <td class="drawn" aria-hidden="true">
              <svg viewBox="0 0 100 10" preserveAspectRatio="none">
                <rect class={row.value < 0 ? "full" : "fill"} width={(100 * Math.abs(row.value)) / most} height="10" />
              </svg>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
