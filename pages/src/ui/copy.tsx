// Copying a text.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { words } from "../words";
import { Button } from "./button";

/** Copies; where the browser does not allow it, the text is there to be selected. */
export function CopyButton({ copied, label, children }: { copied: string; label?: string; children: string }) {
  const [said, set_said] = useState<string | null>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(copied);
      set_said(words.session.copied);
    } catch {
      set_said(words.session.not_copied);
    }
  };
  return <><Button onClick={() => void copy()} label={label}>{children}</Button> <span role="status">{said}</span></>;
}
