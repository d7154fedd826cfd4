// A question in front of the page. The browser keeps the focus in it, and gives it back.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { words } from "../words";
import { Button } from "./button";

export function Dialog({ id, title, close, children, actions, close_label }: {
  id: string; title: string; close: () => void; children: ComponentChildren;
  /** Beside the one that closes it. */
  actions?: ComponentChildren;
  /** Else it is cancelled where there are others, and closed where not. */
  close_label?: string;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    dialog.current?.showModal();
    return () => before?.focus();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={`${id}-title`}
      onCancel={(event) => { event.preventDefault(); close(); }}>
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
      <div class="actions">
        {actions}
        <Button onClick={close}>{close_label ?? (actions ? words.ui.cancel : words.ui.close)}</Button>
      </div>
    </dialog>
  );
}
