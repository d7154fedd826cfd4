// What a browser keeps for us. A browser may refuse to keep anything: then nothing
// is there the next time, and nothing else happens.
// SPDX-License-Identifier: Apache-2.0
import { base_path } from "./api/settings";

export interface Keep {
  read<T>(name: string): T | null;
  write(name: string, value: unknown): void;
  remove(name: string): void;
  names(beginning: string): string[];
}

function keep_in(place: () => Storage, prefix: string): Keep {
  const attempt = <T>(action: (storage: Storage) => T, otherwise: T): T => {
    try {
      return action(place());
    } catch {
      return otherwise;
    }
  };
  return {
    read: <T>(name: string) => attempt((s) => JSON.parse(s.getItem(prefix + name) ?? "null") as T | null, null),
    write: (name, value) => attempt((s) => s.setItem(prefix + name, JSON.stringify(value)), undefined),
    remove: (name) => attempt((s) => s.removeItem(prefix + name), undefined),
    names: (beginning) => attempt((s) => Object.keys(s)
      .filter((name) => name.startsWith(prefix + beginning))
      .map((name) => name.slice(prefix.length)), []),
  };
}

/** Which installation it is of: a host may serve several, each below a path of its own. */
const place = base_path.replace(/\/$/, "");

/** What this browser keeps until it is removed. */
export const device = keep_in(() => window.localStorage, `recapd${place}.`);

/** What ends with this tab. */
export const tab = keep_in(() => window.sessionStorage, "recapd.");

/** What all tabs hear but the one that says it. */
export const tabs = new BroadcastChannel(`recapd${place}`);
