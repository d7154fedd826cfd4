// Trying a policy on a past term before it is saved.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../../api/client";
import { now } from "../../shell/clock";
import { Button } from "../../ui/button";
import { problem_text } from "../../ui/error_summary";
import { Progress } from "../../ui/bars";
import { TextField } from "../../ui/field";
import { viewers_zone } from "../../ui/time";
import { days_later, local_of, moment_of } from "../../ui/zone";
import { words } from "../../words";
import type { Json } from "./compare";
import { Result } from "./result";
import { type Answer, ask_whatif } from "./whatif";

const text = words.policy;
const term_days = 120;

interface Asked {
  content: string;
  answer: Answer;
  from: string;
  to: string;
}

/** Asks, and tells how it goes with it. */
function use_whatif(policy: Json) {
  const [progress, set_progress] = useState<{ done: number; of: number } | null>(null);
  const [asked, set_asked] = useState<Asked | null>(null);
  const [problem, set_problem] = useState<Problem | null>(null);
  const control = useRef<AbortController | null>(null);
  useEffect(() => () => control.current?.abort(), []);
  const ask = async (from: string, to: string, before: Answer | null) => {
    control.current?.abort();
    const mine = (control.current = new AbortController());
    set_problem(null);
    set_progress({ done: 0, of: 0 });
    try {
      const answer = await ask_whatif({ policy, from, to, ...(before?.next ? { after: before.next } : {}) },
        (done, of) => set_progress({ done, of }), mine.signal);
      set_asked({ content: JSON.stringify(policy), from, to,
        answer: before ? { ...answer, differing: [...before.differing, ...answer.differing] } : answer });
    } catch (error) {
      if (error instanceof Problem) set_problem(error);
      else if (!(error instanceof DOMException)) throw error;
    } finally {
      if (control.current === mine) set_progress(null);
    }
  };
  return { progress, asked, problem, ask, stop: () => control.current?.abort() };
}

const moment = (date: string): string | null => {
  const at = date ? moment_of(date, "00:00", viewers_zone()) : null;
  return at === null ? null : new Date(at).toISOString();
};

export function Try({ policy, ready }: { policy: Json; ready: boolean }) {
  const today = local_of(now(), viewers_zone()).date;
  const [first, set_first] = useState(days_later(today, -term_days));
  const [last, set_last] = useState(today);
  const [wrong, set_wrong] = useState<string | undefined>();
  const { progress, asked, problem, ask, stop } = use_whatif(policy);
  const begin = () => {
    const from = moment(first);
    const to = last ? moment(days_later(last, 1)) : null;
    const good = from !== null && to !== null && from < to;
    set_wrong(good ? undefined : words.programme.dates_wrong);
    if (good) void ask(from, to, null);
    else document.getElementById("whatif-last")?.focus();
  };
  return (
    <section>
      <h2>{text.whatif}</h2>
      <p class="hint">{text.whatif_hint}</p>
      <div class="pair">
        <TextField id="whatif-first" type="date" label={words.programme.first} value={first} change={set_first} />
        <TextField id="whatif-last" type="date" label={words.programme.last} value={last} change={set_last} error={wrong} />
      </div>
      {progress ? (
        <>
          <Progress label={text.replaying} done={progress.done} of={progress.of} />
          <Button onClick={stop}>{text.stop}</Button>
        </>
      ) : <Button disabled={!ready} onClick={begin}>{text.ask_whatif}</Button>}
      {ready ? null : <p class="hint">{text.not_ready}</p>}
      {problem ? <p class="notice bad" role="alert">{problem_text(problem)}</p> : null}
      {asked && asked.content !== JSON.stringify(policy) ? <p class="notice warning">{text.stale}</p> : null}
      {asked ? (
        <Result answer={asked.answer} busy={progress !== null}
          more={asked.answer.next && asked.content === JSON.stringify(policy)
            ? () => void ask(asked.from, asked.to, asked.answer) : null} />
      ) : null}
    </section>
  );
}
