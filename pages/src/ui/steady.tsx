// Lists that do not jump under the pointer: while the pointer is over one, or the keyboard
// in it, its rows stay where they are; what changed comes when it leaves, when asked, or
// when it was brought about here.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { follow } from "../live/stream";
import { words } from "../words";
import { Button } from "./button";

const own_ms = 3000;
const can_hover = window.matchMedia("(hover: hover)");

const is_held = (element: HTMLElement): boolean =>
  (can_hover.matches && element.matches(":hover")) || element.querySelector(":focus-visible") !== null;

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
    let free_until = 0;
    const judge = () => set_held(Date.now() > free_until && is_held(element));
    const stop = follow((change) => {
      if (change.kind !== "event" || !change.own) return;
      free_until = Date.now() + own_ms;
      set_held(false);
    });
    const names = ["pointerenter", "pointerleave", "focusin", "focusout"];
    const later = () => setTimeout(judge);
    for (const name of names) element.addEventListener(name, later);
    return () => {
      stop();
      for (const name of names) element.removeEventListener(name, later);
    };
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
