// Scheduling a session, or one a week.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import type { Session } from "../../api/client";
import { random_word, use_command } from "../../api/commands";
import { use_data } from "../../api/data";
import { read_sessions } from "../../api/paging";
import { use_draft } from "../../drafts/drafts";
import { now } from "../../shell/clock";
import { actor, id_of, use_identity } from "../../shell/identity";
import { go, href } from "../../shell/router";
import { Progress } from "../../ui/bars";
import { Button } from "../../ui/button";
import { Choice } from "../../ui/choice";
import { ErrorSummary, type FormError, SendingNotice } from "../../ui/error_summary";
import { SelectField, TextField } from "../../ui/field";
import { Shown } from "../../ui/shown";
import { day_and_time, viewers_zone } from "../../ui/time";
import { local_of } from "../../ui/zone";
import { words } from "../../words";
import { type Plan, most_weeks, orders_of, starts_of, troubles_of } from "./plan";
import { Students } from "./students";

const text = words.schedule;
const distinct = (items: string[]) => [...new Set(items)];

/** What a new plan begins with: as the tutor's last session was. */
function beginning(last: Session | undefined, programs: string[]): Plan {
  const zone = last?.timezone ?? viewers_zone();
  const single = programs.length === 1 && programs[0] !== "*" ? programs[0] : undefined;
  return {
    id: `s-${random_word(10)}`, course: last?.course ?? "", program: last?.program ?? single ?? "",
    date: local_of(now(), zone).date, time: "", zone, modality: last?.modality ?? "online", students: [], weeks: 1,
  };
}

function Dates({ plan }: { plan: Plan }) {
  const starts = starts_of(plan);
  if (plan.weeks < 2 || !plan.time || !plan.date || starts.includes(null)) return null;
  return (
    <>
      <p>{text.dates(plan.weeks)}</p>
      <ol class="dates">{starts.map((at) => <li key={at}>{day_and_time(at ?? 0, plan.zone)}</li>)}</ol>
    </>
  );
}

function Form({ tutor, earlier, programs }: { tutor: string; earlier: Session[]; programs: string[] }) {
  const draft = use_draft<Plan>(tutor, "schedule", useState(() => beginning(earlier[0], programs))[0]);
  const plan = draft.value;
  const [errors, set_errors] = useState<FormError[]>([]);
  const [sent, set_sent] = useState<string[]>([]);
  const sending = use_command();
  const error = (field: string) => errors.find((one) => one.field === field)?.text;
  const field = (name: "course" | "program" | "date" | "time" | "zone") => ({
    id: name, value: plan[name], error: error(name), disabled: sending.busy,
    change: (value: string) => draft.change({ id: plan.id, [name]: value.trim() }),
  });
  const submit = async (event: Event) => {
    event.preventDefault();
    const found = troubles_of(plan);
    set_errors(found);
    if (found.length) return;
    draft.change(plan);
    const done = new Set(sent);
    for (const order of orders_of(plan, tutor)) {
      if (done.has(order.subject)) continue;
      if (!(await sending.send(order))) return;
      done.add(order.subject);
      set_sent([...done]);
    }
    draft.drop();
    go(href("/tutor"));
  };
  const offers = (items: string[]) => distinct(items).map((value) => ({ value }));
  const zones = distinct([plan.zone, viewers_zone(), ...earlier.map(({ timezone }) => timezone)]);
  return (
    <form class="narrow" onSubmit={submit} noValidate>
      <ErrorSummary errors={errors} />
      <TextField {...field("course")} label={text.course} offers={offers(earlier.map(({ course }) => course))} />
      {programs.length === 1 && programs[0] !== "*" ? null
        : <TextField {...field("program")} label={text.program} hint={text.program_hint}
          offers={offers([...programs.filter((name) => name !== "*"), ...earlier.map(({ program }) => program)])} />}
      <div class="pair">
        <TextField {...field("date")} type="date" label={text.date} />
        <TextField {...field("time")} type="time" label={text.time} />
      </div>
      {zones.length > 1 ? (
        <SelectField {...field("zone")} label={text.zone}
          options={zones.map((value) => ({ value, label: value.replace(/_/g, " ") }))} />
      ) : null}
      <Choice id="modality" label={text.where} value={plan.modality}
        change={(modality) => draft.change({ id: plan.id, modality })}
        options={[{ value: "online" as const, label: words.modalities.online }, { value: "in_person" as const, label: words.modalities.in_person }]} />
      <Students students={plan.students} error={error("student")}
        offers={distinct(earlier.flatMap(({ participants }) => participants.map(({ student }) => student)))}
        change={(students) => draft.change({ id: plan.id, students })} />
      <SelectField id="weeks" label={text.repeat} value={String(plan.weeks)} disabled={sending.busy}
        change={(weeks) => draft.change({ id: plan.id, weeks: Number(weeks) })}
        options={Array.from({ length: most_weeks }, (_, i) => ({ value: String(i + 1), label: text.weeks(i + 1) }))} />
      <Dates plan={plan} />
      {plan.weeks > 1 && (sending.busy || sent.length) ? <Progress label={text.scheduled} done={sent.length} of={plan.weeks} /> : null}
      <SendingNotice sending={sending} />
      <Button kind="main" submit busy={sending.busy}>{text.send(plan.weeks)}</Button>
    </form>
  );
}

export default function Schedule() {
  const tutor = actor("tutor") ?? "";
  const { programs } = use_identity();
  const earlier = use_data(`earlier ${tutor}`, (signal) =>
    read_sessions({ tutor: id_of(tutor), order: "-starts_at" }, 50, signal));
  return (
    <>
      <h1 tabIndex={-1}>{text.title}</h1>
      <Shown of={earlier}>{({ items }) => <Form tutor={tutor} earlier={items} programs={programs} />}</Shown>
    </>
  );
}
