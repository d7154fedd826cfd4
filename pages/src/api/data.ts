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

const settle_ms = 150;
const longest_wait_s = 15;

/** Reads by `load` for as long as `key` is the same, and again on every change that
 * `concerns` it. What was read stays while it is read again. */
export function use_data<T>(
  key: string, load: (signal: AbortSignal) => Promise<T>,
  concerns: (change: Change) => boolean = () => false,
): Loaded<T> {
  const [found, set_found] = useState<{ key: string; data?: T; problem?: Problem; loading: boolean }>(
    { key, loading: true });
  const newest = useRef({ load, concerns });
  newest.current = { load, concerns };
  const again = useRef<() => void>(() => undefined);
  useEffect(() => {
    let control = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    const read = async () => {
      control.abort();
      control = new AbortController();
      const { signal } = control;
      set_found((was) => (was.key === key ? { ...was, loading: true } : { key, loading: true }));
      try {
        const data = await newest.current.load(signal);
        if (signal.aborted) return;
        failures = 0;
        set_found({ key, data, loading: false });
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof Problem)) throw error;
        set_found((was) => ({ ...was, key, problem: error, loading: false }));
        if (error.passing) later(1000 * Math.min(longest_wait_s, 2 ** failures++));
      }
    };
    const later = (ms: number) => { clearTimeout(timer); timer = setTimeout(read, ms); };
    again.current = () => later(0);
    void read();
    const stop = follow((change) => {
      if (change.kind === "refresh" || newest.current.concerns(change)) later(settle_ms);
    });
    return () => { stop(); control.abort(); clearTimeout(timer); };
  }, [key]);
  const mine = found.key === key ? found : { key, loading: true as boolean };
  return {
    data: "data" in mine ? mine.data : undefined,
    problem: "problem" in mine ? mine.problem : undefined,
    loading: mine.loading,
    reload: () => again.current(),
  };
}
