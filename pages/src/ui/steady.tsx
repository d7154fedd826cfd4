// Lists that do not jump under the pointer: while the pointer is over one, or the focus
// in it, its rows stay where they are; what changed comes when it leaves, or when asked.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { words } from "../words";
import { Button } from "./button";

/** Draws `items` by `children`. While it is held, items keep their places and only what
 * they say changes. */
export function Steady<T>({ items, item_key, children }: {
  items: T[]; item_key: (item: T) => string; children: (items: T[]) => ComponentChildren;
}) {
  const [held, set_held] = useState(false);
  const shown = useRef(items);
  const box = useRef<HTMLDivElement>(null);
  const keys = (list: T[]) => list.map(item_key).join("\n");
  if (!held) shown.current = items;
  else {
    const newest = new Map(items.map((item) => [item_key(item), item]));
    shown.current = shown.current.map((item) => newest.get(item_key(item)) ?? item);
  }
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const judge = () => set_held(element.matches(":hover") || element.contains(document.activeElement));
    const names = ["pointerenter", "pointerleave", "focusin", "focusout"];
    const later = () => setTimeout(judge);
    for (const name of names) element.addEventListener(name, later);
    return () => { for (const name of names) element.removeEventListener(name, later); };
  }, []);
  const differs = held && keys(shown.current) !== keys(items);
  return (
    <div ref={box}>
      {differs ? (
        <p class="changed" role="status">
          {words.ui.changed} <Button kind="quiet" onClick={() => set_held(false)}>{words.ui.show_changes}</Button>
        </p>
      ) : null}
      {children(shown.current)}
    </div>
  );
}
