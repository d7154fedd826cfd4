// What is being written, by session and person: it survives a closed tab, and is
// removed once it was taken.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "preact/hooks";
import { device } from "../storage";

interface Kept<T> {
  at: number;
  value: T;
}

const longest_ms = 30 * 24 * 3600 * 1000;

/** Returns what is being written, how to change it, how to drop it, and how to say that
 * it was taken: it is kept no longer, and stands until what came of it is shown. `about`
 * names what it is for: `complete:SESSION`. */
export function use_draft<T extends object>(
  who: string, about: string, empty: T,
): { value: T; restored: boolean; change(part: Partial<T>): void; drop(): void; taken(): void } {
  const name = `draft:${who}:${about}`;
  const read = (): T | null => device.read<Kept<T>>(name)?.value ?? null;
  const [state, set_state] = useState(() => ({ name, value: { ...empty, ...read() }, restored: read() !== null }));
  useEffect(() => {
    if (state.name !== name) set_state({ name, value: { ...empty, ...read() }, restored: read() !== null });
  }, [name]);
  return {
    value: state.value,
    restored: state.restored,
    change: (part) => set_state((was) => {
      const value = { ...was.value, ...part };
      device.write(name, { at: Date.now(), value } satisfies Kept<T>);
      return { ...was, value };
    }),
    taken: () => device.remove(name),
    drop: () => {
      device.remove(name);
      set_state({ name, value: empty, restored: false });
    },
  };
}

/** Removes one: what it was for is done, perhaps elsewhere. */
export const drop_draft = (who: string, about: string): void => device.remove(`draft:${who}:${about}`);

/** How many drafts there are of these people, by their kind: the first word of what they
 * are about. */
export function count_drafts(who: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of who) {
    for (const name of device.names(`draft:${one}:`)) {
      const [kind = ""] = name.slice(`draft:${one}:`.length).split(":");
      const of = kind === "complete" ? "recap" : kind;
      counts[of] = (counts[of] ?? 0) + 1;
    }
  }
  return counts;
}

/** Removes a person's drafts, and commands whose outcome never came: at sign-out nothing
 * about people stays on the device. */
export function drop_drafts(who: string[]): void {
  for (const one of who)
    for (const kind of ["draft", "command"])
      for (const name of device.names(`${kind}:${one}:`)) device.remove(name);
}

/** Removes those that nobody has touched for a month. */
export function drop_old_drafts(): void {
  for (const name of device.names("draft:")) {
    const kept = device.read<Kept<unknown>>(name);
    if (!kept || Date.now() - kept.at > longest_ms) device.remove(name);
  }
}
