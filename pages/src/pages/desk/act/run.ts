// Works through many commands, a few at a time, and says how each went.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../../../api/client";
import type { Outcome } from "../../../api/commands";
import type { SessionEvent } from "./since";

export interface Result {
  outcome: Outcome | null;
  problem: Problem | null;
  /** What others did with the session meanwhile: then it was not sent. */
  meanwhile: SessionEvent[];
}

/** Not sent: the session is no longer as it was looked at. */
export class Moved extends Error {
  constructor(readonly events: SessionEvent[]) {
    super("the session has changed");
  }
}

export interface Run {
  results: ReadonlyMap<string, Result>;
  /** How many are asked for, and whether some are still to come. */
  of: number;
  running: boolean;
  /** What was begun before, and has not ended, counts no more. */
  start(keys: string[]): void;
  /** Begins no more; those under way end. */
  stop(): void;
  reset(): void;
}

const at_once = 4;

export const accepted = (result: Result | undefined): boolean => result?.outcome?.outcome === "accepted";

async function result_of(work: () => Promise<Outcome>): Promise<Result> {
  try {
    return { outcome: await work(), problem: null, meanwhile: [] };
  } catch (error) {
    if (error instanceof Moved) return { outcome: null, problem: null, meanwhile: error.events };
    if (error instanceof Problem) return { outcome: null, problem: error, meanwhile: [] };
    throw error;
  }
}

/** `work` is done once for each key that is started. */
export function use_run(work: (key: string, signal: AbortSignal) => Promise<Outcome>): Run {
  const [state, set_state] = useState<{ results: ReadonlyMap<string, Result>; of: number; running: boolean }>(
    { results: new Map(), of: 0, running: false });
  const control = useRef<AbortController | null>(null);
  const stopped = useRef(false);
  const newest = useRef(work);
  newest.current = work;
  useEffect(() => () => control.current?.abort(), []);
  const worker = async (queue: string[], signal: AbortSignal) => {
    for (let key = queue.shift(); key !== undefined && !stopped.current; key = queue.shift()) {
      const mine = key;
      const result = await result_of(() => newest.current(mine, signal));
      if (signal.aborted) return;
      set_state((was) => ({ ...was, results: new Map(was.results).set(mine, result) }));
    }
  };
  const start = async (keys: string[]) => {
    control.current?.abort();
    control.current = new AbortController();
    stopped.current = false;
    const { signal } = control.current;
    const queue = [...keys];
    set_state((was) => {
      const results = new Map(was.results);
      for (const key of keys) results.delete(key);
      return { results, of: results.size + keys.length, running: true };
    });
    try {
      await Promise.all(Array.from({ length: at_once }, () => worker(queue, signal)));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (!signal.aborted) set_state((was) => ({ ...was, running: false }));
  };
  return {
    ...state,
    start: (keys) => void start(keys),
    stop: () => { stopped.current = true; },
    reset: () => set_state({ results: new Map(), of: 0, running: false }),
  };
}

const most_tries = 5;
const longest_wait_ms = 8_000;

/** Asks again where the server was busy; it is asked only what would be. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; ++tries) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Problem) || !error.passing || tries === most_tries) throw error;
      const ms = Math.min(longest_wait_ms, 1000 * (error.retry_after_s ?? 2 ** (tries - 1)));
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
  }
}
