// What time it is: the machine's, or the node's own with --clock manual.
// SPDX-License-Identifier: Apache-2.0
import { useEffect } from "preact/hooks";
import { Problem, get } from "../api/client";
import { settings } from "../api/settings";
import { follow } from "../live/stream";
import { Store, use_store } from "../store";

const tick_ms = 20_000;
const ask_ms = 3_000;
const now_ms = new Store(Date.now());

async function ask(): Promise<void> {
  try {
    now_ms.set(Date.parse((await get("/v1/clock")).now));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // Who may not see it goes by the machine's.
    if (!error.passing) now_ms.set(Date.now());
  }
}

/** Returns the time in milliseconds, as of the last tick. */
export const now = (): number => now_ms.get();

/** Returns the time, and draws again when minutes may have passed. */
export const use_now = (): number => use_store(now_ms);

/** Keeps the time as long as the shell is there. */
export function use_clock(signed_in: boolean): void {
  useEffect(() => {
    if (!settings.manual_clock) {
      const timer = setInterval(() => now_ms.set(Date.now()), tick_ms);
      return () => clearInterval(timer);
    }
    if (!signed_in) return undefined;
    void ask();
    const timer = setInterval(() => { if (!document.hidden) void ask(); }, ask_ms);
    const stop = follow(() => void ask());
    return () => { clearInterval(timer); stop(); };
  }, [signed_in]);
}
