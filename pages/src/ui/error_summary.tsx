// All that is wrong with a form, on top of it, each with the way to its field; and what
// the engine refused, each with what to do about it.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Problem, Refusal, RefusalCode, State } from "../api/client";
import type { Sending } from "../api/commands";
import { actor } from "../shell/identity";
import { words } from "../words";
import { Button } from "./button";
import { Person } from "./person";
import { minutes_text } from "./time";

export interface FormError {
  /** The field's id. */
  field: string;
  text: string;
}

/** Leads to a field, or to what stands in the way. */
export function lead_to(event: Event, field: string): void {
  event.preventDefault();
  const found = document.getElementById(field);
  found?.focus();
  found?.scrollIntoView({ block: "center" });
}

/** Takes the focus when errors appear, and with each further try, so that they are seen
 * and read out. */
function use_focus(appeared: boolean, tries = 0) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!appeared) return;
    box.current?.focus({ preventScroll: true });
    box.current?.scrollIntoView({ block: "nearest" });
  }, [appeared, tries]);
  return box;
}

export interface Check {
  /** What is wrong: nothing before the form was first sent, from then on as it stands. */
  errors: FormError[];
  /** How often it was sent with errors. */
  tries: number;
  error(field: string): string | undefined;
  /** Returns whether it can be sent; says what is wrong where not. */
  passes(): boolean;
}

/** Checks a form by what `find` says is wrong with it now. */
export function use_check(find: () => FormError[]): Check {
  const [tries, set_tries] = useState(0);
  const errors = tries ? find() : [];
  return {
    errors, tries,
    error: (field) => errors.find((one) => one.field === field)?.text,
    passes: () => {
      const good = find().length === 0;
      set_tries((was) => (good ? 0 : was + 1));
      return good;
    },
  };
}

/** `tries`: it takes the focus again whenever this grows. */
export function ErrorSummary({ errors, tries = 0 }: { errors: FormError[]; tries?: number }) {
  const box = use_focus(errors.length > 0, tries);
  if (errors.length === 0) return null;
  return (
    <div class="notice bad" role="alert" id="problems" tabIndex={-1} ref={box}>
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

/** Stands beside the button that sent a form: what is wrong stands on top of it. */
export function NotSent({ errors }: { errors: FormError[] }) {
  if (errors.length === 0) return null;
  return (
    <p class="not-sent"><span aria-hidden="true">! </span>
      <a href="#problems" onClick={(event) => lead_to(event, "problems")}>{words.ui.not_sent(errors.length)}</a></p>
  );
}

/** What the pages' own words say whole, so that the engine's add nothing. */
const said_whole: ReadonlySet<Refusal["code"]> = new Set(
  ["unknown-session", "student-not-going", "recap-already-submitted"]);

function Figures({ refusal: { code, limit, used, remaining, period } }: { refusal: Refusal }) {
  if (limit === undefined || used === undefined || remaining === undefined) return null;
  const figure = code === "pair-daily-limit" ? String : minutes_text;
  return <> {words.ui.limit_figures(figure(used), figure(limit), figure(remaining), words.ui.period(period ?? ""))}</>;
}

/** The server's own sentence, with states as they are called here. */
export const detail_text = (detail: string): string =>
  detail.replace(/\b[a-z]+(_[a-z]+)+\b/g, (word) => (word in words.states ? words.states[word as State].toLowerCase() : word));

/** What a refusal means, said to its reader: staff read of the tutor what the tutor reads of
 * themselves. */
export function refusal_text(code: RefusalCode): { what: string; do: string } {
  const own = words.refusals[code];
  const staff = actor("tutor", "student") === null;
  return staff ? { ...own, ...words.refusals_to_staff[code] } : own;
}

/** `more` is what else is said of one, in place of the engine's own words. */
export function RefusalList({ refusals, more = () => null }: {
  refusals: Refusal[]; more?: (refusal: Refusal) => ComponentChildren;
}) {
  return (
    <ul class="refusals">
      {refusals.map((refusal, i) => {
        const { code, detail, student, limit } = refusal;
        const said = more(refusal);
        return (
          <li key={i} data-code={code}>
            <strong>{refusal_text(code).what}</strong>
            {student ? <> <Person who={`student:${student}`} />.</> : null}
            <Figures refusal={refusal} /> {refusal_text(code).do}
            {said ?? (limit !== undefined || said_whole.has(code) ? null : <small>{detail_text(detail)}</small>)}
          </li>
        );
      })}
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
