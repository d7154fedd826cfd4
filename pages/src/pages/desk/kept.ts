// The list that somebody came from, so that a session's page leads back to it and on to the
// next one. It ends with the tab.
// SPDX-License-Identifier: Apache-2.0
import { tab } from "../../storage";

interface Kept {
  /** The address's query, and what the list is called. */
  query: string;
  name: string;
  /** The sessions, in their order. */
  ids: string[];
}

export function keep_list(query: URLSearchParams, name: string, ids: string[]): void {
  tab.write("desk_list", { query: query.toString(), name, ids: ids.filter(Boolean) } satisfies Kept);
}

export interface Way {
  query: Record<string, string>;
  name: string;
  before: string | null;
  next: string | null;
}

/** Returns the way back to the list and to the sessions beside this one; null where it was
 * in none. */
export function way_of(id: string): Way | null {
  const kept = tab.read<Kept>("desk_list");
  const at = kept?.ids.indexOf(id) ?? -1;
  if (!kept || at < 0) return null;
  return {
    query: Object.fromEntries(new URLSearchParams(kept.query)), name: kept.name,
    before: kept.ids[at - 1] ?? null, next: kept.ids[at + 1] ?? null,
  };
}
