// An action in three steps: what it needs, what it would bring about, how it went.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "preact/hooks";
import type { Session } from "../../../api/client";
import { deliver, preview } from "../../../api/commands";
import { Button } from "../../../ui/button";
import { Progress } from "../../../ui/bars";
import { Dialog } from "../../../ui/dialog";
import { words } from "../../../words";
import { type Action, type Entries, type Job, dangerous, jobs_of, nothing_entered } from "./actions";
import { ActForm } from "./form";
import { Effects, Results, totals_of } from "./report";
import { type Run, accepted, patiently, use_run } from "./run";

const text = words.desk;
type Step = "form" | "preview" | "sent";

/** Gives the focus to a step's first line, so that it is read out. */
function StepTitle({ children }: { children: string }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return <h3 tabIndex={-1} ref={title}>{children}</h3>;
}

function Preview({ jobs, run }: { jobs: Job[]; run: Run }) {
  const refused = jobs.filter(({ key }) => run.results.has(key) && !accepted(run.results.get(key)));
  return (
    <>
      <StepTitle>{text.would_happen}</StepTitle>
      {run.running ? <Progress label={text.previewing} done={run.results.size} of={run.of} /> : (
        <>
          <Effects totals={totals_of(jobs, run.results)} />
          {refused.length ? <p><strong>{text.left_out(refused.length)}</strong></p> : null}
          <Results jobs={refused} results={run.results} label={text.would_be_refused} />
        </>
      )}
    </>
  );
}

function Sent({ jobs, run, waiting }: { jobs: Job[]; run: Run; waiting: boolean }) {
  const taken = jobs.filter(({ key }) => accepted(run.results.get(key)));
  const others = jobs.filter(({ key }) => run.results.has(key) && !accepted(run.results.get(key)));
  return (
    <>
      <StepTitle>{run.running ? text.under_way : text.all_answered(taken.length, others.length)}</StepTitle>
      <Progress label={text.answered} done={run.results.size} of={jobs.length} />
      {waiting ? <p class="notice warning" role="status">{words.ui.busy} {words.ui.retrying}</p> : null}
      <Results jobs={others} results={run.results} label={text.refused} />
      {taken.length && !run.running ? (
        <details class="taken">
          <summary>{text.all_answered(taken.length, 0)}</summary>
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
  const [waiting, set_waiting] = useState(false);
  const jobs = jobs_of(action, subjects, entries, as);
  const order = (key: string) => jobs.find((job) => job.key === key)?.order as Job["order"];
  const asked = use_run((key, signal) => patiently(() => preview(order(key), signal)));
  const sent = use_run((key, signal) => deliver(order(key), (wait) => set_waiting(wait !== null), signal)
    .finally(() => set_waiting(false)));
  const good = jobs.filter(({ key }) => accepted(asked.results.get(key)));
  const failed = good.filter(({ key }) => !accepted(sent.results.get(key)));
  const finish = () => {
    if (sent.running) return sent.stop();
    const done = new Set(good.filter(({ key }) => accepted(sent.results.get(key))).map(({ session }) => session.id));
    close(new Set(subjects.map(({ id }) => id).filter((id) => !done.has(id))));
  };
  const ask = () => { asked.reset(); set_step("preview"); asked.start(jobs.map(({ key }) => key)); };
  const send = () => { set_step("sent"); sent.start(good.map(({ key }) => key)); };
  const next = step === "form" ? undefined : step === "preview" ? (
    <>
      <Button kind={dangerous.includes(action) ? "danger" : "main"} disabled={asked.running || good.length === 0} onClick={send}>
        {text.send[action](good.length)}
      </Button>
      <Button disabled={asked.running} onClick={() => set_step("form")}>{text.back}</Button>
    </>
  ) : sent.running ? undefined : failed.length ? (
    <Button kind="main" onClick={() => sent.start(failed.map(({ key }) => key))}>{text.again(failed.length)}</Button>
  ) : undefined;
  return (
    <Dialog id="act" title={text.act_title[action](subjects.length)} close={finish} actions={next}
      close_label={sent.running ? text.stop : step === "sent" ? words.ui.close : words.ui.cancel}>
      {step === "form" ? (
        <ActForm action={action} sessions={subjects} entries={entries} submit={ask}
          change={(part) => set_entries((was) => ({ ...was, ...part }))} />
      ) : step === "preview" ? <Preview jobs={jobs} run={asked} />
        : <Sent jobs={good} run={sent} waiting={waiting} />}
    </Dialog>
  );
}
