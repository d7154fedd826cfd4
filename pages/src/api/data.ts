// What a page shows: read once, read again when the stream says that it changed.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "preact/hooks";
import { type Change, follow } from "../live/stream";
import { Problem } from "./client";

export interface Loaded<T> {
  data: T | undefined;
  /** Why there is nothing, or nothing newer. */
  problem: Problem | undefined;
  loading: boolean;
  reload(): void;
}

interface Source<T> {
  load: (signal: AbortSignal) => Promise<T>;
  concerns: (change: Change) => boolean;
}

type Found<T> = Omit<Loaded<T>, "reload">;

const settle_ms = 150;
const between_ms = 1000;
const longest_wait_s = 15;
const nothing = { data: undefined, problem: undefined, loading: true };

/** Reads again and again until it is ended: one read at a time, however fast changes
 * come, and by itself where the server was away. */
class Reader<T> {
  private readonly control = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private reading = false;
  private stale = false;
  private last = 0;
  private readonly unfollow: () => void;

  constructor(private readonly source: () => Source<T>,
    private readonly show: (change: (was: Found<T>) => Found<T>) => void) {
    this.unfollow = follow((change) => {
      if (change.kind === "refresh") this.soon(0);
      else if (source().concerns(change)) this.soon(change.own ? 0 : between_ms);
    });
    void this.read();
  }

  /** Reads after the pause since the last time, or after what is being read came. */
  soon(pause_ms: number): void {
    const wait_ms = Math.max(settle_ms, this.last + pause_ms - Date.now());
    if (this.reading) this.stale = true;
    else if (this.timer === undefined || this.failures > 0) this.later(wait_ms);
  }

  end(): void {
    this.unfollow();
    this.control.abort();
    clearTimeout(this.timer);
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.read(), ms);
  }

  private async read(): Promise<void> {
    const { signal } = this.control;
    this.timer = undefined;
    this.reading = true;
    this.stale = false;
    this.last = Date.now();
    this.show((was) => ({ ...was, loading: true }));
    try {
      const data = await this.source().load(signal);
      this.failures = 0;
      if (!signal.aborted) this.show(() => ({ data, problem: undefined, loading: false }));
    } catch (error) {
      if (!signal.aborted) this.failed(error);
    }
    this.reading = false;
    if (this.stale && !signal.aborted) this.soon(between_ms);
  }

  private failed(error: unknown): void {
    if (!(error instanceof Problem)) throw error;
    this.show((was) => ({ ...was, problem: error, loading: false }));
    if (error.passing) this.later(1000 * Math.min(longest_wait_s, 2 ** this.failures++));
  }
}

/** Reads by `load` for as long as `key` is the same, and again on every change that
 * `concerns` it. What was read stays while it is read again. */
export function use_data<T>(
  key: string, load: Source<T>["load"], concerns: Source<T>["concerns"] = () => false,
): Loaded<T> {
  const [found, set_found] = useState<{ key: string; is: Found<T> }>({ key, is: nothing });
  const newest = useRef<Source<T>>({ load, concerns });
  newest.current = { load, concerns };
  const reader = useRef<Reader<T> | null>(null);
  useEffect(() => {
    const mine = new Reader<T>(() => newest.current, (change) =>
      set_found((was) => ({ key, is: change(was.key === key ? was.is : nothing) })));
    reader.current = mine;
    return () => mine.end();
  }, [key]);
  return { ...(found.key === key ? found.is : nothing), reload: () => reader.current?.soon(0) };
}
