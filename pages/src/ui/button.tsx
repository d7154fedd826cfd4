// Buttons and links that look like them.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren, JSX } from "preact";
import { words } from "../words";

type Kind = "main" | "plain" | "danger" | "quiet";

interface ButtonProps {
  kind?: Kind;
  /** What it does is under way: it says so, and does nothing more meanwhile. */
  busy?: boolean;
  disabled?: boolean;
  onClick?: (event: JSX.TargetedMouseEvent<HTMLButtonElement>) => void;
  submit?: boolean;
  label?: string | undefined;
  /** Whether it is pressed, of one that can be. */
  pressed?: boolean;
  children: ComponentChildren;
}

export function Button({ kind = "plain", busy, disabled, onClick, submit, label, pressed, children }: ButtonProps) {
  return (
    <button
      type={submit ? "submit" : "button"} class={`button ${kind}`} disabled={disabled}
      aria-disabled={busy ? "true" : undefined} aria-label={label} aria-pressed={pressed}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {busy ? words.ui.sending : children}
    </button>
  );
}

export function LinkButton({ kind = "plain", to, label, children }: {
  kind?: Kind; to: string; label?: string; children: ComponentChildren;
}) {
  return <a class={`button ${kind}`} href={to} aria-label={label}>{children}</a>;
}
