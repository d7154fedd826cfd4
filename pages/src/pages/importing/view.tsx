// Sessions from a CSV: what each line would be, what is wrong with which, and then all
// that can be scheduled, each with its answer.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "../../api/client";
import { deliver, preview } from "../../api/commands";
import type { Order } from "../../api/commands";
import { use_data } from "../../api/data";
import { settings } from "../../api/settings";
import { now } from "../../shell/clock";
import { actor, id_of } from "../../shell/identity";
import { href } from "../../shell/router";
import { Progress } from "../../ui/bars";
import { Button } from "../../ui/button";
import { save_csv_file } from "../../ui/csv";
import { SelectField } from "../../ui/field";
import { Shown } from "../../ui/shown";
import { words } from "../../words";
import { type Result, type Run, accepted, patiently, use_run } from "../desk/act/run";
import { Lines, WrongLines, is_there, why_not } from "./lines";
import { type Plan, type Planned, in_program, needed, optional, plan_of } from "./sessions";
import { new_among } from "./tutors";

const text = words.import;
/** The contract's, where a session names none. */
const default_program = "default";

const example = `tutor,course,starts_at,modality,students,timezone
ava-lopez,CS101,2026-11-23 15:00,online,will-clark zoe-evans,America/New_York
ben-carter,MATH101,2026-11-24T09:30-05:00,in_person,will-clark,
`;

/** Support may not schedule: the system does, as which one can act only in mode trusted. */
function importer(): string | null {
  const support = actor("support");
  return actor("system") ?? (settings.act_as && support ? `system:${id_of(support)}` : null);
}

const order_of = (planned: Planned, as: string): Order => ({
  type: "recapd.session.schedule", subject: planned.id, as, data: planned.data,
});

function Columns({ plan }: { plan: Plan }) {
  return (
    <>
      <dl class="facts">
        <div><dt>{text.used}</dt><dd>{plan.used.join(", ") || text.none}</dd></div>
      </dl>
      {plan.ignored.length ? <p class="notice warning">{text.ignored} <bdi>{plan.ignored.join(", ")}</bdi></p> : null}
    </>
  );
}

const year_ms = 366 * 86_400_000;

/** The programmes that held sessions within a year. */
const read_programs = async (signal: AbortSignal): Promise<string[]> => {
  const from = new Date(now() - year_ms).toISOString();
  const { groups } = await get("/v1/stats", { query: { by: "program", from }, signal });
  return groups.map(({ key }) => String(key)).sort();
};

/** Of which programme the sessions are, where the file does not say. */
function ProgramOf({ value, change, disabled }: { value: string; change: (program: string) => void; disabled: boolean }) {
  const found = use_data("programmes", read_programs);
  const known = found.data ?? [];
  const names = known.length ? known : [default_program];
  useEffect(() => {
    if (found.data && names.length === 1 && !value) change(names[0] ?? default_program);
  }, [found.data, value]);
  return (
    <Shown of={found}>
      {() => (
        <SelectField id="program" label={text.program} hint={text.program_hint} value={value} change={change} disabled={disabled}
          options={[{ value: "", label: text.program_choose }, ...names.map((one) => ({ value: one, label: one }))]} />
      )}
    </Shown>
  );
}

/** Saves the lines that became no session, each with the reason. */
function SaveOthers({ plan, sessions, results }: { plan: Plan; sessions: Planned[]; results: ReadonlyMap<string, Result> }) {
  const reasons = new Map<number, string[]>();
  for (const { line, text: why } of plan.wrong) reasons.set(line, [...(reasons.get(line) ?? []), why]);
  for (const one of sessions) {
    const result = results.get(one.id);
    if (result && !accepted(result) && !is_there(one, result)) reasons.set(one.line, [why_not(result)]);
  }
  const [header, ...rows] = plan.rows;
  const others = rows.filter(({ line }) => reasons.has(line));
  if (!header || others.length === 0) return null;
  return (
    <Button onClick={() => save_csv_file("not-scheduled.csv", [[...header.cells, text.why],
      ...others.map(({ line, cells }) => [...cells, (reasons.get(line) ?? []).join(" ")])])}>{text.save_others(others.length)}</Button>
  );
}

/** What would be scheduled and, once it was sent, what was. */
function Review({ plan, sessions, asked, sent, send }: {
  plan: Plan; sessions: Planned[]; asked: Run; sent: Run; send: (keys: string[]) => void;
}) {
  const can = sessions.filter(({ id }) => accepted(asked.results.get(id))).map(({ id }) => id);
  const left = can.filter((id) => !accepted(sent.results.get(id)));
  const there = sessions.filter((one) => is_there(one, asked.results.get(one.id))).length;
  const begun = sent.of > 0;
  const done = can.length - left.length;
  const results = begun ? new Map([...asked.results, ...sent.results]) : asked.results;
  const tutors = begun ? [] : [...new Set(sessions.map(({ data }) => data.tutor))];
  const fresh = use_data(`new ${tutors.join(" ")}`, (signal) => new_among(tutors, signal)).data ?? new Set<string>();
  return (
    <>
      {asked.running ? <Progress label={text.checking} done={asked.results.size} of={asked.of} />
        : begun ? <Progress label={sent.running ? text.under_way : text.scheduled(done)} done={sent.results.size} of={sent.of} />
          : <p role="status"><strong>{text.would_be(can.length, there, sessions.length - can.length - there, plan.wrong.length)}</strong></p>}
      <p class="actions">
        {sent.running ? <Button onClick={sent.stop}>{text.stop}</Button> : !asked.running && left.length ? (
          <Button kind="main" onClick={() => send(left)}>{begun ? text.again(left.length) : text.schedule(left.length)}</Button>
        ) : null}
        {asked.running || sent.running ? null : <SaveOthers plan={plan} sessions={sessions} results={results} />}
      </p>
      {fresh.size ? <p role="status">{text.new_tutors(fresh.size)}</p> : null}
      <Lines sessions={sessions} results={begun ? sent.results : asked.results} asked={asked.results} fresh={fresh} />
    </>
  );
}

function Import({ as }: { as: string }) {
  const [plan, set_plan] = useState<Plan | null>(null);
  const [program, set_program] = useState("");
  // The dry runs begin before the plan is drawn.
  const planned = useRef(new Map<string, Planned>());
  const find = (key: string) => planned.current.get(key) as Planned;
  const asked = use_run((key, signal) => patiently(() => preview(order_of(find(key), as), signal)));
  const sent = use_run((key, signal) => deliver(order_of(find(key), as), undefined, signal));
  const named = plan?.used.includes("program") ?? true;
  const ready = named || program !== "";
  const ask = (next: Plan, of: string) => {
    sent.reset();
    asked.reset();
    planned.current = new Map(in_program(next, of || default_program).map((one) => [one.id, one]));
    if (planned.current.size && (of || next.used.includes("program"))) asked.start([...planned.current.keys()]);
  };
  const choose = async (file: File | undefined) => {
    if (!file) return;
    const next = plan_of(await file.text());
    set_plan(next);
    ask(next, program);
  };
  const busy = asked.running || sent.running;
  return (
    <>
      <p class="import-form">{text.form(needed.join(", "), optional.join(", "))}</p>
      <details class="import-form"><summary>{text.example}</summary><pre tabIndex={0}>{example}</pre></details>
      <div class="field">
        <label for="file">{text.file}</label>
        <p class="hint" id="file-hint">{text.file_hint}</p>
        <input id="file" type="file" accept=".csv,text/csv,text/tab-separated-values" aria-describedby="file-hint"
          disabled={busy} onChange={(event) => void choose(event.currentTarget.files?.[0])} />
      </div>
      {plan ? (
        <>
          <Columns plan={plan} />
          <WrongLines plan={plan} />
          {plan.sessions.length && !named ? (
            <ProgramOf value={program} disabled={busy} change={(next) => { set_program(next); ask(plan, next); }} />
          ) : null}
          {plan.sessions.length && ready ? (
            <Review plan={plan} sessions={[...planned.current.values()]} asked={asked} sent={sent} send={sent.start} />
          ) : null}
        </>
      ) : null}
    </>
  );
}

export default function ImportPage() {
  const as = importer();
  return (
    <>
      <p><a href={href("/desk")}>{words.desk.title}</a></p>
      <h1 tabIndex={-1}>{text.title}</h1>
      {as ? <Import key={as} as={as} /> : <div class="notice warning"><p>{text.only_system}</p></div>}
    </>
  );
}
