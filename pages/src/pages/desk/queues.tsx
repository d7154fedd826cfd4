// The queues, with how many wait in each.
// SPDX-License-Identifier: Apache-2.0
import { useEffect } from "preact/hooks";
import { type Answer, get } from "../../api/client";
import { type Loaded, use_data } from "../../api/data";
import { of_any } from "../../live/stream";
import { actor } from "../../shell/identity";
import { go, href } from "../../shell/router";
import { words } from "../../words";

const text = words.desk;

export type Counts = Answer<"/v1/queues">;
export type Queue = keyof Counts | "all";

/** In the order in which they are worked. Managers do not see dead letters. */
export function queues_for(): Queue[] {
  const letters: Queue[] = actor("support", "admin", "system") ? ["dead_letters"] : [];
  return ["asked", "missed", "overdue", "disputed", "flagged", ...letters, "all"];
}

export const use_counts = (): Loaded<Counts> =>
  use_data("queues", (signal) => get("/v1/queues", { signal }), of_any);

/** Returns the queue that the address names; where it says nothing at all, the first in
 * which something waits is opened. */
export function use_queue(query: URLSearchParams, counts: Counts | undefined): Queue | null {
  const named = query.get("queue") as Queue | null;
  const nothing = query.toString() === "";
  useEffect(() => {
    if (!nothing || !counts) return;
    const first = queues_for().find((queue) => queue === "all" || counts[queue] > 0) ?? "all";
    go(href("/desk", { queue: first }), { replace: true });
  }, [nothing, counts]);
  if (nothing) return null;
  return named && queues_for().includes(named) ? named : "all";
}

export function Queues({ counts, open }: { counts: Counts | undefined; open: Queue | null }) {
  return (
    <nav class="queues" aria-label={text.queues_label}>
      <ul>
        {queues_for().map((queue) => (
          <li key={queue}>
            <a href={href("/desk", { queue })} aria-current={queue === open ? "page" : undefined} data-queue={queue}>
              {text.queues[queue]}
              {queue === "all" ? null : <strong class="figure">{counts ? counts[queue] : "…"}</strong>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
