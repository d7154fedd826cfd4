// Fields of forms: a label, a hint and what is wrong with them, told to screen readers too.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";

export interface FieldProps {
  /** Its id in the page, which the error summary leads to. */
  id: string;
  label: string;
  hint?: ComponentChildren;
  error?: string | undefined;
  value: string;
  change: (value: string) => void;
  required?: boolean;
  disabled?: boolean;
}

function described(id: string, hint: unknown, error: unknown): string | undefined {
  return [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ") || undefined;
}

function Frame({ id, label, hint, error, children }: Omit<FieldProps, "value" | "change"> & { children: ComponentChildren }) {
  return (
    <div class={error ? "field wrong" : "field"}>
      <label for={id}>{label}</label>
      {hint ? <p class="hint" id={`${id}-hint`}>{hint}</p> : null}
      {error ? <p class="error" id={`${id}-error`}>{error}</p> : null}
      {children}
    </div>
  );
}

const attributes = ({ id, hint, error, value, required, disabled }: FieldProps) => ({
  id, name: id, value, required, disabled,
  "aria-describedby": described(id, hint, error),
  "aria-invalid": error ? ("true" as const) : undefined,
});

export function TextField(props: FieldProps & {
  type?: "text" | "date" | "time" | "number" | "password" | "search" | "datetime-local";
  /** Values to choose from, which need not be all there are. */
  offers?: { value: string; label?: string }[];
  autocomplete?: string;
  /** What the key Enter does, where it does not send the form. */
  enter?: (() => void) | undefined;
}) {
  const { offers, id, enter } = props;
  return (
    <Frame {...props}>
      <input
        {...attributes(props)} type={props.type ?? "text"} autocomplete={props.autocomplete ?? "off"}
        autocapitalize="none" spellcheck={false} list={offers ? `${id}-offers` : undefined}
        onInput={(event) => props.change(event.currentTarget.value)}
        enterKeyHint={enter ? "next" : undefined}
        onKeyDown={(event) => {
          if (!enter || event.key !== "Enter" || event.isComposing) return;
          event.preventDefault();
          enter();
        }}
      />
      {offers ? (
        <datalist id={`${id}-offers`}>
          {offers.map((offer) => <option key={offer.value} value={offer.value}>{offer.label}</option>)}
        </datalist>
      ) : null}
    </Frame>
  );
}

export function TextArea(props: FieldProps & { rows?: number; lang?: string; after?: ComponentChildren }) {
  return (
    <Frame {...props}>
      <textarea
        {...attributes(props)} rows={props.rows ?? 4} dir="auto"
        onInput={(event) => props.change(event.currentTarget.value)}
      />
      {props.after}
    </Frame>
  );
}

export function SelectField(props: FieldProps & { options: { value: string; label: string }[] }) {
  return (
    <Frame {...props}>
      <select {...attributes(props)} onChange={(event) => props.change(event.currentTarget.value)}>
        {props.options.map(({ value, label }) => (
          <option key={value} value={value} selected={value === props.value}>{label}</option>
        ))}
      </select>
    </Frame>
  );
}
