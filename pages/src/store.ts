// A value that components follow.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "preact/hooks";

export class Store<T> {
  private readonly listeners = new Set<() => void>();

  constructor(private value: T) {}

  get(): T {
    return this.value;
  }

  set(value: T): void {
    if (Object.is(value, this.value)) return;
    this.value = value;
    for (const listener of [...this.listeners]) listener();
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}

/** Returns the store's value, and draws again when it changes. */
export function use_store<T>(store: Store<T>): T {
  const [value, set_value] = useState(store.get());
  useEffect(() => {
    const follow = () => set_value(() => store.get());
    follow();
    return store.subscribe(follow);
  }, [store]);
  return value;
}
