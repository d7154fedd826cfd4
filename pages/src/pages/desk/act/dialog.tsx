// An action in three steps: what it needs, what it would bring about, how it went.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "preact/hooks";
import type { Session } from "../../../api/client";
import { Button } from "../../../ui/button";
import { Progress } from "../../../ui/bars";
import { Check } from "../../../ui/choice";
import { Dialog } from "../../../ui/dialog";
import { words } from "../../../words";
import { type Action, type Entries, type Job, dangerous, jobs_of, nothing_entered } from "./actions";
import { ActForm } from "./form";
import { Effects, Results, totals_of } from "./report";
import { type Run, accepted } from "./run";
import { type News, use_steps } from "./steps";

const text = words.desk;
type Step = "form" | "preview" | "sent";

/** Gives the focus to a step's first line, so that it is read out. */
function StepTitle({ children }: { children: string }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return <h3 tabIndex={-1} ref={title}>{children}</h3>;
}

/** `good`: what would be sent. */
function Preview({ action, jobs, good, run, news, anyway, include }: {
  action: Action; jobs: Job[]; good: Job[]; run: Run; news: News; anyway: boolean; include: (anyway: boolean) => void;
}) {
  const refused = jobs.filter(({ key }) => run.results.has(key) && !accepted(run.results.get(key)));
  const changed = jobs.filter(({ key, session }) => accepted(run.results.get(key)) && news.has(session.id));
  const label = text.changed(new Set(changed.map(({ session }) => session.id)).size);
  return (
    <>
      <StepTitle>{text.would_happen}</StepTitle>
      {run.running ? <Progress label={text.previewing} done={run.results.size} of={run.of} /> : (
        <>
          <Effects totals={totals_of(good, run.results)} jobs={good} changes={action === "correct" ? good : []} results={run.results} />
          {changed.length ? (
            <>
              <p><strong>{label}</strong></p>
              <Results jobs={changed} results={run.results} news={news} label={label} />
              <Check id="act-anyway" value={anyway} change={include} label={text.anyway[action](changed.length)} />
            </>
          ) : null}
          {refused.length ? <p><strong>{text.left_out(refused.length)}</strong></p> : null}
          <Results jobs={refused} results={run.results} news={news} label={text.would_be_refused} />
        </>
      )}
    </>
  );
}

function Sent({ jobs, run, waiting }: { jobs: Job[]; run: Run; waiting: boolean }) {
  const taken = jobs.filter(({ key }) => accepted(run.results.get(key)));
  const others = jobs.filter(({ key }) => run.results.has(key) && !accepted(run.results.get(key)));
  const moved = others.filter(({ key }) => run.results.get(key)?.meanwhile.length);
  const said = text.all_answered(taken.length, others.length - moved.length, moved.length);
  return (
    <>
      <StepTitle>{run.running ? text.under_way : said}</StepTitle>
      <Progress label={text.answered} done={run.results.size} of={jobs.length} />
      {waiting ? <p class="notice warning" role="status">{words.ui.busy} {words.ui.retrying}</p> : null}
      <Results jobs={others} results={run.results} label={text.refused} />
      {taken.length && !run.running ? (
        <details class="taken">
          <summary>{text.all_answered(taken.length, 0, 0)}</summary>
          <Results jobs={taken} results={run.results} label={text.done} />
        </details>
      ) : null}
    </>
  );
}

export function ActDialog({ action, sessions, as, close }: {
  action: Action; sessions: Session[]; as: string;
  /** Is told which sessions were not done. */
  close: (left: Set<string>) => void;
}) {
  // What is acted on stays the same, whatever the list shows meanwhile.
  const [subjects] = useState(sessions);
  const [entries, set_entries] = useState<Entries>(nothing_entered);
  const [step, set_step] = useState<Step>("form");
  const [jobs, set_jobs] = useState<Job[]>([]);
  const [anyway, set_anyway] = useState(false);
  const { asked, sent, ask, send, news, done, waiting } = use_steps(subjects);
  const good = jobs.filter(({ key, session }) =>
    accepted(asked.results.get(key)) && (anyway || !news.has(session.id)));
  const all = jobs_of(action, subjects, entries, as);
  const left = all.filter(({ key }) => !done.has(key));
  const finish = () => {
    if (sent.running) return sent.stop();
    const open = done.size ? left.map(({ session }) => session.id) : subjects.map(({ id }) => id);
    close(new Set(open));
  };
  const look = () => { set_jobs(left); set_anyway(false); set_step("preview"); ask(left); };
  const next = step === "form" ? undefined : step === "preview" ? (
    <>
      {asked.running || good.length ? (
        <Button kind={dangerous.includes(action) ? "danger" : "main"} disabled={asked.running}
          onClick={() => { set_step("sent"); send(good); }}>{text.send[action](good.length)}</Button>
      ) : null}
      <Button disabled={asked.running} onClick={() => set_step("form")}>{text.back}</Button>
    </>
  ) : sent.running ? undefined : good.some(({ key }) => !done.has(key)) ? (
    <Button kind="main" onClick={look}>{text.look_again(left.length)}</Button>
  ) : undefined;
  const count = step === "form" ? subjects.length : new Set(jobs.map(({ session }) => session.id)).size;
  return (
    <Dialog id="act" title={text.act_title[action](count)} close={finish} actions={next}
      {...(step === "preview" ? { escape: () => set_step("form") } : {})}
      close_label={sent.running ? text.stop : step === "sent" ? words.ui.close : words.ui.cancel}>
      {step === "form" ? (
        <ActForm action={action} sessions={subjects} entries={entries} submit={look}
          change={(part) => set_entries((was) => ({ ...was, ...part }))} />
      ) : step === "preview" ? (
        <Preview action={action} jobs={jobs} good={good} run={asked} news={news} anyway={anyway} include={set_anyway} />
      ) : <Sent jobs={good} run={sent} waiting={waiting} />}
    </Dialog>
  );
}
