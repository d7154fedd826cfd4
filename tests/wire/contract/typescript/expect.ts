// SPDX-License-Identifier: Apache-2.0
// What the sessions share: where the node is, ids, an assertion.

export const [base = "", now = "", tag = ""] = process.argv.slice(2);

/** A part of a recap, long enough together with two others. */
export const words = "We went through fractions and practised them. ".repeat(2);

let count = 0;
/** The identity of a command of its own. */
export const identity = () => ({ id: `${tag}-${++count}`, source: "/ts" });

export function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

/** Asks until `ready` says yes: a session is paid a moment after the last recap. */
export async function until<T>(
  ask: () => Promise<{ data?: T | undefined }>,
  ready: (value: T) => boolean,
): Promise<T> {
  for (let tries = 0; tries < 1000; ++tries) {
    const { data } = await ask();
    if (data !== undefined && ready(data)) return data;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("asked in vain");
}

/** Fails to compile unless every member of a union was handled. */
export function never(value: never): never {
  throw new Error(`unexpected ${JSON.stringify(value)}`);
}
