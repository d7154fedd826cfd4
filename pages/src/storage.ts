// What a browser keeps for us. A browser may refuse to keep anything: then nothing
// is there the next time, and nothing else happens.
// SPDX-License-Identifier: Apache-2.0

const prefix = "recapd.";

export interface Keep {
  read<T>(name: string): T | null;
  write(name: string, value: unknown): void;
  remove(name: string): void;
  names(beginning: string): string[];
}

function keep_in(place: () => Storage): Keep {
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

/** What this browser keeps until it is removed. */
export const device = keep_in(() => window.localStorage);

/** What ends with this tab. */
export const tab = keep_in(() => window.sessionStorage);
