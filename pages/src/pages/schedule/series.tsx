// What came of a series: how many of it are scheduled, and which were refused. It is told by
// the page that comes next, and ends with the tab.
// SPDX-License-Identifier: Apache-2.0
import type { Refusal } from "../../api/client";
import { tab } from "../../storage";
import { RefusalList } from "../../ui/error_summary";
import { Time } from "../../ui/time";
import { words } from "../../words";

const text = words.schedule;

export interface Refused {
  /** When it would have started. */
  at: string;
  refusals: Refusal[];
}

interface Series {
  /** The first session that is scheduled. */
  id: string;
  made: number;
  refused: Refused[];
}

export const keep_series = (series: Series): void => tab.write("series", series);

/** Returns what came of the series that begins with a session, or null. */
export function series_of(id: string): Series | null {
  const series = tab.read<Series>("series");
  return series?.id === id && series.made + series.refused.length > 1 ? series : null;
}

/** Those of a series that were refused, each with the reason. */
export function RefusedStarts({ refused, zone }: { refused: Refused[]; zone: string }) {
  if (refused.length === 0) return null;
  return (
    <div class="notice bad" role="alert">
      <h3>{text.refused(refused.length)}</h3>
      <ul>
        {refused.map(({ at, refusals }) => <li key={at}><Time at={at} zone={zone} /><RefusalList refusals={refusals} /></li>)}
      </ul>
    </div>
  );
}
