// Scheduling a session, or one a week.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "preact/hooks";
import { type Refusal, type Session, get } from "../../api/client";
import { random_word, use_command } from "../../api/commands";
import { use_data } from "../../api/data";
import { read_sessions } from "../../api/paging";
import { use_draft } from "../../drafts/drafts";
import { now, use_now } from "../../shell/clock";
import { actor, id_of, use_identity } from "../../shell/identity";
import { go, href, use_address } from "../../shell/router";
import { Progress } from "../../ui/bars";
import { Button } from "../../ui/button";
import { Choice } from "../../ui/choice";
import { ErrorSummary, NotSent, SendingNotice, use_check } from "../../ui/error_summary";
import { SelectField, TextField } from "../../ui/field";
import { Shown } from "../../ui/shown";
import { day_and_time, viewers_zone } from "../../ui/time";
import { local_of } from "../../ui/zone";
import { words } from "../../words";
import { type Plan, is_in, most_weeks, orders_of, starts_of, students_of, troubles_of } from "./plan";
import { type Refused, RefusedStarts, keep_series } from "./series";
import { Students } from "./students";
import { unusual_of } from "./unusual";

const text = words.schedule;
const distinct = (items: string[]) => [...new Set(items)];

/** What a new plan begins with: as the tutor's last session was, or as one that this
 * takes the place of. */
function beginning(last: Session | undefined, like: Session | null, programs: string[]): Plan {
  const as = like ?? last;
  const zone = as?.timezone ?? viewers_zone();
  const single = programs.length === 1 && programs[0] !== "*" ? programs[0] : undefined;
  const when = local_of(like ? Date.parse(like.starts_at) : now(), zone);
  return {
    id: `s-${random_word(10)}`, course: as?.course ?? "", program: as?.program ?? single ?? "",
    date: when.date, time: like ? when.time : "", zone, modality: as?.modality ?? "online",
    students: like ? like.participants.filter(is_in).map(({ student }) => student) : [], typed: "", weeks: 1,
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

/** Says when it starts in the words of the cards, and what follows where that is past. */
function Starts({ plan }: { plan: Plan }) {
  const time = use_now();
  const [start] = plan.date && plan.time ? starts_of(plan) : [];
  if (!start || plan.weeks > 1) return null;
  return <p class="hint" id="starts">{day_and_time(start, plan.zone, time)}{start < time ? <>. <strong>{text.begun}</strong></> : null}</p>;
}

/** Takes the focus: it stands where the form was sent, and asks. */
function Unusual({ sentences }: { sentences: string[] }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), [sentences.join("\n")]);
  return (
    <div class="notice warning" role="alert" tabIndex={-1} ref={box}>
      <h2>{text.unusual.title}</h2>
      <ul>{sentences.map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>
    </div>
  );
}

/** Asks about what is unusual once, and again where the plan became another. */
function use_unusual(plan: Plan, tutor: string) {
  const [asked, set_asked] = useState<{ of: string; sentences: string[] } | null>(null);
  const [asking, set_asking] = useState(false);
  const of = JSON.stringify({ ...plan, students: students_of(plan), typed: "" });
  const standing = asked?.of === of ? asked.sentences : [];
  /** Returns whether it may be sent. */
  const agreed = async () => {
    if (standing.length) return true;
    set_asking(true);
    const sentences = await unusual_of(plan, tutor);
    set_asking(false);
    set_asked({ of, sentences });
    return sentences.length === 0;
  };
  return { sentences: standing, asking, agreed };
}

function Programme({ field, programs, earlier }: {
  field: Parameters<typeof TextField>[0]; programs: string[]; earlier: Session[];
}) {
  const known = distinct([...programs.filter((name) => name !== "*"), ...earlier.map(({ program }) => program), field.value].filter(Boolean));
  if (programs.length === 1 && programs[0] !== "*") return null;
  // A list where all of them are known; else it is seldom another, and stands aside.
  if (!programs.includes("*")) {
    return <SelectField {...field} options={known.map((value) => ({ value, label: value }))} />;
  }
  return (
    <details class="programme" open={Boolean(field.error)}>
      <summary>{text.program_is(field.value || "default")}</summary>
      <TextField {...field} hint={text.program_hint} offers={known.map((value) => ({ value }))} />
    </details>
  );
}

function Form({ tutor, earlier, like, programs }: {
  tutor: string; earlier: Session[]; like: Session | null; programs: string[];
}) {
  const draft = use_draft<Plan>(tutor, like ? `schedule:${like.id}` : "schedule",
    useState(() => beginning(earlier[0], like, programs))[0]);
  const plan = draft.value;
  const [sent, set_sent] = useState<string[]>([]);
  const [done, set_done] = useState(false);
  const [refused, set_refused] = useState<Refused[]>([]);
  const sending = use_command();
  const check = use_check(() => troubles_of(plan));
  const unusual = use_unusual(plan, tutor);
  const busy = sending.busy || unusual.asking || done;
  const change = (part: Partial<Plan>) => draft.change({ id: plan.id, ...part });
  const field = (name: "course" | "program" | "date" | "time" | "zone", label: string) => ({
    id: name, label, value: plan[name], error: check.error(name), disabled: busy,
    change: (value: string) => change({ [name]: value.trim() }),
  });
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy || !check.passes() || !(await unusual.agreed())) return;
    change({ students: students_of(plan), typed: "" });
    const taken = new Set(sent);
    const refused: Refused[] = [];
    for (const order of orders_of(plan, tutor)) {
      if (taken.has(order.subject)) continue;
      // Of a series the others are scheduled all the same.
      const told = plan.weeks > 1 ? (refusals: Refusal[]) => { refused.push({ at: order.data.starts_at, refusals }); } : undefined;
      const before = refused.length;
      if (await sending.send(order, told)) {
        taken.add(order.subject);
        set_sent([...taken]);
      } else if (refused.length === before) return;
    }
    const [first] = taken;
    if (!first) return set_refused(refused);
    set_done(true);
    draft.taken();
    keep_series({ id: first, made: taken.size, refused });
    go(href("/tutor", { scheduled: first }));
  };
  const courses = distinct(earlier.map(({ course }) => course));
  const zones = distinct([plan.zone, viewers_zone(), ...earlier.map(({ timezone }) => timezone)]);
  return (
    <form class="narrow" onSubmit={submit} noValidate>
      {like ? <p class="hint">{text.like}</p> : null}
      <ErrorSummary {...check} />
      <TextField {...field("course", text.course)} offers={courses.map((value) => ({ value }))}
        hint={plan.course && courses.length && !courses.includes(plan.course) ? text.course_new(courses.slice(0, 3).join(", ")) : undefined} />
      <Programme field={field("program", text.program)} programs={programs} earlier={earlier} />
      <div class="pair">
        <TextField {...field("date", text.date)} type="date" />
        <TextField {...field("time", text.time)} type="time" />
      </div>
      <Starts plan={plan} />
      {zones.length > 1 ? (
        <SelectField {...field("zone", text.zone)} options={zones.map((value) => ({ value, label: value.replace(/_/g, " ") }))} />
      ) : null}
      <Choice id="modality" label={text.where} value={plan.modality} change={(modality) => change({ modality })}
        options={[{ value: "online" as const, label: words.modalities.online }, { value: "in_person" as const, label: words.modalities.in_person }]} />
      <Students plan={plan} error={check.error("student")} change={change}
        offers={distinct([...earlier, ...(like ? [like] : [])].flatMap(({ participants }) => participants.filter(is_in).map(({ student }) => student)))} />
      <SelectField id="weeks" label={text.repeat} value={String(plan.weeks)} disabled={busy}
        change={(weeks) => change({ weeks: Number(weeks) })}
        options={Array.from({ length: most_weeks }, (_, i) => ({ value: String(i + 1), label: text.weeks(i + 1) }))} />
      <Dates plan={plan} />
      {plan.weeks > 1 && (sending.busy || sent.length) ? <Progress label={text.scheduled} done={sent.length} of={plan.weeks} /> : null}
      {unusual.sentences.length ? <Unusual sentences={unusual.sentences} /> : null}
      <RefusedStarts refused={refused} zone={plan.zone} />
      <SendingNotice sending={sending} />
      <Button kind="main" submit busy={busy}>{unusual.sentences.length ? text.send_all_the_same : text.send(plan.weeks)}</Button>
      <NotSent errors={check.errors} />
    </form>
  );
}

interface Before {
  earlier: Session[];
  /** The session that the new one takes the place of. */
  like: Session | null;
}

async function read_before(tutor: string, like: string | null, signal: AbortSignal): Promise<Before> {
  const [{ items }, as] = await Promise.all([
    read_sessions({ tutor: id_of(tutor), order: "-starts_at" }, 50, signal),
    like ? get("/v1/sessions/{id}", { path: { id: like }, signal }) : null,
  ]);
  return { earlier: items, like: as };
}

export default function Schedule() {
  const tutor = actor("tutor") ?? "";
  const { programs } = use_identity();
  const like = use_address().query.get("like");
  const found = use_data(`earlier ${tutor} ${like}`, (signal) => read_before(tutor, like, signal));
  return (
    <>
      <h1 tabIndex={-1}>{text.title}</h1>
      <Shown of={found}>{(before) => <Form tutor={tutor} {...before} programs={programs} />}</Shown>
    </>
  );
}
