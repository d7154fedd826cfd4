// Sessions from a CSV: what each line would be, what is wrong with which, and then all
// that can be scheduled, each with its answer.
// SPDX-License-Identifier: Apache-2.0
import { useRef, useState } from "preact/hooks";
import { deliver, preview } from "../../api/commands";
import type { Order } from "../../api/commands";
import { settings } from "../../api/settings";
import { actor, id_of } from "../../shell/identity";
import { href } from "../../shell/router";
import { Progress } from "../../ui/bars";
import { Button } from "../../ui/button";
import { words } from "../../words";
import { type Run, accepted, patiently, use_run } from "../desk/act/run";
import { type Plan, type Planned, needed, optional, plan_of } from "./sessions";
import { Lines, WrongLines } from "./lines";

const text = words.import;

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
    <dl class="facts">
      <div><dt>{text.used}</dt><dd>{plan.used.join(", ") || text.none}</dd></div>
      {plan.ignored.length ? <div><dt>{text.ignored}</dt><dd><bdi>{plan.ignored.join(", ")}</bdi></dd></div> : null}
    </dl>
  );
}

/** What would be scheduled and, once it was sent, what was. */
function Review({ plan, asked, sent, send }: { plan: Plan; asked: Run; sent: Run; send: (keys: string[]) => void }) {
  const can = plan.sessions.filter(({ id }) => accepted(asked.results.get(id))).map(({ id }) => id);
  const left = can.filter((id) => !accepted(sent.results.get(id)));
  const begun = sent.of > 0;
  const done = can.length - left.length;
  return (
    <>
      {asked.running ? <Progress label={text.checking} done={asked.results.size} of={asked.of} />
        : begun ? <Progress label={sent.running ? text.under_way : text.scheduled(done)} done={sent.results.size} of={sent.of} />
          : <p role="status"><strong>{text.would_be(can.length, plan.sessions.length - can.length, plan.wrong.length)}</strong></p>}
      <p class="actions">
        {sent.running ? <Button onClick={sent.stop}>{text.stop}</Button> : (
          <Button kind="main" disabled={asked.running || left.length === 0} onClick={() => send(left)}>
            {begun ? text.again(left.length) : text.schedule(left.length)}
          </Button>
        )}
      </p>
      <Lines sessions={plan.sessions} results={begun ? sent.results : asked.results} asked={asked.results} />
    </>
  );
}

function Import({ as }: { as: string }) {
  const [plan, set_plan] = useState<Plan | null>(null);
  // The dry runs begin before the plan is drawn.
  const planned = useRef(new Map<string, Planned>());
  const find = (key: string) => planned.current.get(key) as Planned;
  const asked = use_run((key, signal) => patiently(() => preview(order_of(find(key), as), signal)));
  const sent = use_run((key, signal) => deliver(order_of(find(key), as), undefined, signal));
  const choose = async (file: File | undefined) => {
    if (!file) return;
    const next = plan_of(await file.text());
    sent.reset();
    asked.reset();
    planned.current = new Map(next.sessions.map((one) => [one.id, one]));
    set_plan(next);
    if (next.sessions.length) asked.start(next.sessions.map(({ id }) => id));
  };
  return (
    <>
      <p class="import-form">{text.form(needed.join(", "), optional.join(", "))}</p>
      <details class="import-form"><summary>{text.example}</summary><pre tabIndex={0}>{example}</pre></details>
      <div class="field">
        <label for="file">{text.file}</label>
        <p class="hint" id="file-hint">{text.file_hint}</p>
        <input id="file" type="file" accept=".csv,text/csv,text/tab-separated-values" aria-describedby="file-hint"
          disabled={asked.running || sent.running} onChange={(event) => void choose(event.currentTarget.files?.[0])} />
      </div>
      {plan ? (
        <>
          <Columns plan={plan} />
          <WrongLines wrong={plan.wrong} />
          {plan.sessions.length ? <Review plan={plan} asked={asked} sent={sent} send={sent.start} /> : null}
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
