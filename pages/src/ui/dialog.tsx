// A question in front of the page. The browser keeps the focus in it, and gives it back.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { words } from "../words";
import { Button } from "./button";

export function Dialog({ id, title, close, escape = close, children, actions, close_label }: {
  id: string; title: string; close: () => void; children: ComponentChildren;
  /** Beside the one that takes nothing back. Without them there is one that closes it. */
  actions?: ComponentChildren;
  /** Else it is cancelled where there are others, and closed where not. */
  close_label?: string;
  /** What the key Escape does where it does not close it. */
  escape?: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement as HTMLElement | null;
    element?.showModal();
    // Its first field, where it asks for something; else its title, and no button.
    for (const first of ["h2", "form :is(input, textarea, select)"])
      element?.querySelector<HTMLElement>(first)?.focus();
    return () => {
      element?.close(); // while it is open nothing else takes the focus
      before?.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={`${id}-title`}
      onCancel={(event) => { event.preventDefault(); escape(); }}>
      <div class="title">
        <h2 id={`${id}-title`} tabIndex={-1}>{title}</h2>
        {actions ? null : <Button kind="quiet" onClick={close}>{close_label ?? words.ui.close}</Button>}
      </div>
      {children}
      {actions
        ? <div class="actions">{actions}<Button onClick={close}>{close_label ?? words.ui.cancel}</Button></div>
        : null}
    </dialog>
  );
}
