// A question before something is done, in the place where it was asked for.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "./button";

/** It takes the focus, so that it is read out and the next key answers it. */
export function Ask({ question, hint, yes, no, busy, confirm, keep }: {
  question: string; hint?: ComponentChildren; yes: string; no: string; busy: boolean;
  confirm: () => void; keep: () => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus({ preventScroll: true }), []);
  return (
    <div class="ask" role="group" aria-label={question} tabIndex={-1} ref={box}>
      <p><strong>{question}</strong> {hint}</p>
      <div class="actions">
        <Button kind="danger" busy={busy} onClick={confirm}>{yes}</Button>
        <Button onClick={keep}>{no}</Button>
      </div>
    </div>
  );
}
