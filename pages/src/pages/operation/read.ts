// What the operation page shows, and how it is put into words.
// SPDX-License-Identifier: Apache-2.0
import { useEffect } from "preact/hooks";
import { type Role, type Schemas, Problem, get } from "../../api/client";
import { type Loaded, use_data } from "../../api/data";
import { actor } from "../../shell/identity";
import { words } from "../../words";

export type Node = Schemas["Node"];
export type Readiness = Schemas["Ready"] | Schemas["NotReady"];
export type Receiver = Schemas["FeedReceiver"];

const ask_ms = 5_000;

/** Whether the page comes from this node. Behind a proxy no node's address is the page's. */
export const is_here = (node: Node): boolean => node.address === window.location.host;

/** Returns where another node's page of the same name is. */
export const page_at = (node: Node): string => `${window.location.protocol}//${node.address}${window.location.pathname}`;

/** Reads, and again every few seconds while the page is looked at: nothing of this is in
 * the event stream. */
export function use_watch<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const loaded = use_data(key, load);
  useEffect(() => {
    const timer = setInterval(() => { if (!document.hidden) loaded.reload(); }, ask_ms);
    return () => clearInterval(timer);
  }, [key]);
  return loaded;
}

/** Returns the answer whether the node is ready or not. */
export async function read_readiness(signal: AbortSignal): Promise<Readiness> {
  try {
    return await get("/readyz", { signal });
  } catch (error) {
    if (error instanceof Problem && Array.isArray(error.body["reasons"])) return error.body as unknown as Readiness;
    throw error;
  }
}

/** Returns the nodes, or null of a node that shares its database with no other. */
export async function read_nodes(signal: AbortSignal): Promise<Schemas["NodeList"] | null> {
  try {
    return await get("/v1/nodes", { signal });
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

const readers_of_policies: Role[] = ["manager", "admin", "system"];

export interface Rest {
  receivers: Receiver[];
  letters: number;
  /** The oldest of them. */
  oldest: Schemas["DeadLetter"][];
  /** The newest; null to whom it is not shown. */
  policy: Schemas["PolicyVersion"] | null;
}

const letters_shown = 5;

export async function read_rest(signal: AbortSignal): Promise<Rest> {
  const [{ receivers }, queues, list, policies] = await Promise.all([
    get("/v1/receivers", { signal }),
    get("/v1/queues", { signal }),
    get("/v1/dead-letters", { query: { limit: letters_shown }, signal }),
    actor(...readers_of_policies) ? get("/v1/policies", { query: { limit: 1 }, signal }) : null,
  ]);
  return { receivers, letters: queues.dead_letters, oldest: list.dead_letters, policy: policies?.policies[0] ?? null };
}

/** Returns `0–15, 20`. */
export function ranges(numbers: number[]): string {
  const parts: [number, number][] = [];
  for (const n of [...numbers].sort((a, b) => a - b)) {
    const last = parts[parts.length - 1];
    if (last && last[1] === n - 1) last[1] = n;
    else parts.push([n, n]);
  }
  return parts.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(", ");
}

/** Returns `0.4 s`, `12 s` or `5 min`. */
export function short_span(ms: number): string {
  const size = Math.abs(ms);
  if (size < 100) return words.operation.milliseconds(Math.round(size));
  if (size < 120_000) return words.operation.seconds(size < 10_000 ? (size / 1000).toFixed(1) : String(Math.round(size / 1000)));
  return words.time.minutes(Math.round(size / 60_000));
}
