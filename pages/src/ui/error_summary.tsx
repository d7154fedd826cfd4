// All that is wrong with a form, on top of it, each with the way to its field; and what
// the engine refused, each with what to do about it.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from "preact/hooks";
import type { Problem, Refusal } from "../api/client";
import type { Sending } from "../api/commands";
import { words } from "../words";
import { Button } from "./button";
import { Person } from "./person";

export interface FormError {
  /** The field's id. */
  field: string;
  text: string;
}

function lead_to(event: Event, field: string): void {
  event.preventDefault();
  const found = document.getElementById(field);
  found?.focus();
  found?.scrollIntoView({ block: "center" });
}

/** Takes the focus when errors appear, so that they are read out. */
function use_focus(appeared: boolean) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (appeared) box.current?.focus();
  }, [appeared]);
  return box;
}

export function ErrorSummary({ errors }: { errors: FormError[] }) {
  const box = use_focus(errors.length > 0);
  if (errors.length === 0) return null;
  return (
    <div class="notice bad" role="alert" tabIndex={-1} ref={box}>
      <h2>{words.ui.problem_title}</h2>
      <ul>
        {errors.map((error) => (
          <li key={error.field + error.text}>
            <a href={`#${error.field}`} onClick={(event) => lead_to(event, error.field)}>{error.text}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function RefusalList({ refusals }: { refusals: Refusal[] }) {
  return (
    <ul class="refusals">
      {refusals.map((refusal, i) => (
        <li key={i} data-code={refusal.code}>
          <strong>{words.refusals[refusal.code].what}</strong> {words.refusals[refusal.code].do}
          {refusal.student ? <> <Person who={`student:${refusal.student}`} /></> : null}
          <small>{words.ui.detail} {refusal.detail}</small>
        </li>
      ))}
    </ul>
  );
}

export function problem_text(problem: Problem): string {
  if (problem.code === "unreachable" || problem.code === "unclear") return words.ui[problem.code];
  return problem.passing ? words.ui.busy : problem.detail;
}

/** How it goes with a command: waiting for the server, refused or failed. */
export function SendingNotice({ sending, title }: { sending: Sending; title?: string }) {
  const { phase, wait, refusals, problem } = sending;
  const box = use_focus(phase === "refused" || phase === "failed");
  if (phase === "waiting" && wait) {
    return (
      <div class="notice warning" role="status">
        <p><strong>{problem_text(wait.problem)}</strong> {words.ui.waiting(wait.seconds)}</p>
        <Button onClick={sending.stop}>{words.ui.stop_trying}</Button>
      </div>
    );
  }
  if (phase !== "refused" && phase !== "failed") return null;
  return (
    <div class="notice bad" role="alert" tabIndex={-1} ref={box}>
      <h2>{title ?? words.ui.problem_title}</h2>
      {phase === "refused" ? <RefusalList refusals={refusals} /> : <p>{problem ? problem_text(problem) : null}</p>}
    </div>
  );
}
