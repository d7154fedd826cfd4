// Lists that come in pages.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "preact/hooks";
import { type Query, type Session, get } from "./client";
import { type Loaded, use_data } from "./data";
import type { Change } from "../live/stream";

export interface Page<T> {
  items: T[];
  next: string | null;
}

/** Reads pages one after another up to `most` items; `next` tells whether more are there. */
export async function read_pages<T>(
  read: (after: string | undefined) => Promise<Page<T>>, most: number,
): Promise<Page<T>> {
  const items: T[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await read(after);
    items.push(...page.items);
    if (page.next === null || items.length >= most) return { items, next: page.next };
    after = page.next;
  }
}

export type SessionQuery = Omit<Query<"/v1/sessions">, "limit" | "after">;

/** Reads sessions by filter, up to `most`. */
export const read_sessions = (query: SessionQuery, most: number, signal?: AbortSignal): Promise<Page<Session>> =>
  read_pages(async (after) => {
    const answer = await get("/v1/sessions", {
      query: { ...query, limit: Math.min(most, 200), ...(after ? { after } : {}) },
      ...(signal ? { signal } : {}),
    });
    return { items: answer.sessions, next: answer.next };
  }, most);

/** Shows the first `step` items of a list, and twice as many when asked for more; `more`
 * is there while there are. */
export function use_pages<T>(
  key: string, step: number, read: (most: number, signal: AbortSignal) => Promise<Page<T>>,
  concerns?: (change: Change) => boolean,
): Loaded<Page<T>> & { more: (() => void) | null } {
  const [most, set_most] = useState(step);
  useEffect(() => set_most(step), [key, step]);
  const [shown, set_shown] = useState<{ key: string; page: Page<T> } | null>(null);
  const loaded = use_data(`${key} ${most}`, (signal) => read(most, signal), concerns);
  useEffect(() => {
    if (loaded.data) set_shown({ key, page: loaded.data });
  }, [loaded.data]);
  const page = loaded.data ?? (shown?.key === key ? shown.page : undefined);
  return { ...loaded, data: page, more: page?.next ? () => set_most(2 * most) : null };
}
