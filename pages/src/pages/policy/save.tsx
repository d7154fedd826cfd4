// Saving a policy as the next version, from the one that it was made from.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { Problem, post } from "../../api/client";
import { Button } from "../../ui/button";
import { problem_text } from "../../ui/error_summary";
import { TextArea } from "../../ui/field";
import { words } from "../../words";
import type { Json, Policy } from "./compare";

const text = words.policy;

export function Save({ policy, base, note, change, ready, saved, moved }: {
  policy: Json; base: number; note: string; change: (note: string) => void; ready: boolean;
  saved: (version: number) => void;
  /** Somebody else was faster. */
  moved: () => void;
}) {
  const [busy, set_busy] = useState(false);
  const [error, set_error] = useState<string | undefined>();
  const [problem, set_problem] = useState<Problem | null>(null);
  const save = async () => {
    set_error(note.trim() ? undefined : text.note_missing);
    if (!note.trim()) return document.getElementById("note")?.focus();
    set_busy(true);
    set_problem(null);
    try {
      const { version } = await post("/v1/policies", { body: { policy: policy as Policy, note: note.trim(), base } });
      saved(version);
    } catch (failure) {
      if (!(failure instanceof Problem)) throw failure;
      if (failure.code === "policy-changed") moved();
      else set_problem(failure);
    } finally {
      set_busy(false);
    }
  };
  return (
    <section>
      <h2>{text.save_title}</h2>
      <TextArea id="note" rows={2} label={text.note} hint={text.note_hint} value={note} change={change} error={error} />
      {problem ? <p class="notice bad" role="alert">{problem_text(problem)}</p> : null}
      <Button kind="main" busy={busy} disabled={!ready} onClick={() => void save()}>{text.save(base + 1)}</Button>
      <p class="hint">{ready ? text.save_hint : text.not_ready}</p>
    </section>
  );
}
