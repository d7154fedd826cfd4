// Choices: one of several, and yes or no.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";

export interface Option<T extends string | number> {
  value: T;
  label: ComponentChildren;
  hint?: ComponentChildren;
  disabled?: boolean;
}

export function Choice<T extends string | number>({ id, label, hint, error, options, value, change, compact }: {
  id: string; label: string; hint?: ComponentChildren; error?: string | undefined;
  options: Option<T>[]; value: T | null; change: (value: T) => void;
  /** In rows of small boxes, for figures. */
  compact?: boolean;
}) {
  const describedby = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <fieldset id={id} tabIndex={-1} class={`choice${compact ? " compact" : ""}${error ? " wrong" : ""}`}
      aria-describedby={describedby || undefined}>
      <legend>{label}</legend>
      {hint ? <p class="hint" id={`${id}-hint`}>{hint}</p> : null}
      {error ? <p class="error" id={`${id}-error`}>{error}</p> : null}
      <div class="options">
        {options.map((option) => (
          <label key={option.value} class="option">
            <input
              type="radio" name={id} value={option.value} checked={option.value === value}
              disabled={option.disabled} onChange={() => change(option.value)}
            />
            <span>{option.label}{option.hint ? <small>{option.hint}</small> : null}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function Check({ id, label, hint, value, change, disabled }: {
  id: string; label: ComponentChildren; hint?: ComponentChildren; value: boolean;
  change: (value: boolean) => void; disabled?: boolean;
}) {
  return (
    <label class="option check" for={id}>
      <input id={id} type="checkbox" checked={value} disabled={disabled}
        onChange={(event) => change(event.currentTarget.checked)} />
      <span>{label}{hint ? <small>{hint}</small> : null}</span>
    </label>
  );
}
