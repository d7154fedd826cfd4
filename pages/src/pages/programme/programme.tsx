// What the programmes did in a week, a month or a term.
// SPDX-License-Identifier: Apache-2.0
import { useRef } from "preact/hooks";
import { use_now } from "../../shell/clock";
import { set_query, use_address } from "../../shell/router";
import { Button } from "../../ui/button";
import { Choice } from "../../ui/choice";
import { SelectField, TextField } from "../../ui/field";
import { viewers_zone } from "../../ui/time";
import { days_later, local_of } from "../../ui/zone";
import { words } from "../../words";
import { type Kind, type Period, beside, bounds_of, holds, kinds, period_of, period_text } from "./period";
import { Tiles } from "./tiles";
import { Groups, OverTime, Refusals, Reminders, States, tutor_cell } from "./sections";
import { type Scope, use_stats } from "./stats";

const text = words.programme;
/** Longer periods are drawn by weeks. */
const most_days = 45;

function PeriodChoice({ period }: { period: Period }) {
  const today = local_of(use_now(), viewers_zone()).date;
  // A shorter one is today's, where what was looked at holds today.
  const choose = (kind: Kind) => set_query(kind === "dates"
    ? { period: kind, first: period.first, last: period.last }
    : { period: kind, first: holds(period, today) ? today : period.first, last: undefined });
  const step = (way: -1 | 1) => set_query({ period: period.kind, first: beside(period, way) });
  return (
    <>
      <Choice id="period" label={text.period} compact value={period.kind} change={choose}
        options={kinds.map((value) => ({ value, label: text.periods[value] }))} />
      {period.kind === "dates" ? (
        <div class="pair">
          <TextField id="first" type="date" label={text.first} value={period.first} change={(first) => set_query({ first })} />
          <TextField id="last" type="date" label={text.last} value={period.last} change={(last) => set_query({ last })} />
        </div>
      ) : (
        <div class="steps">
          <Button label={text.before} onClick={() => step(-1)}>←</Button>
          <p role="status"><strong>{period_text(period)}</strong></p>
          {holds(period, today) ? null
            : <Button onClick={() => set_query({ period: period.kind, first: today })}>{text.now[period.kind]}</Button>}
          <Button label={text.after} onClick={() => step(1)}>→</Button>
        </div>
      )}
    </>
  );
}

/** The programmes that held sessions in what was looked at so far, and the one that is
 * chosen. It is there in an empty period, too, so that nothing jumps. */
function ProgramChoice({ scope, chosen }: { scope: Scope; chosen: string }) {
  const { from, to } = scope;
  const found = use_stats("program", { from, to });
  const known = useRef(new Set<string>());
  for (const { key } of found.data ?? []) known.current.add(key);
  if (chosen) known.current.add(chosen);
  return (
    <SelectField id="program" label={text.program} value={chosen} change={(program) => set_query({ program })}
      options={[{ value: "", label: text.all_programs }, ...[...known.current].sort().map((value) => ({ value, label: value }))]} />
  );
}

function Report({ period, scope }: { period: Period; scope: Scope }) {
  const long = days_later(period.first, most_days) < period.last;
  return (
    <>
      <Tiles scope={scope} />
      <OverTime scope={scope} period={period} by={long ? "week" : "day"} />
      <States scope={scope} period={period} />
      {scope.program ? null : <Groups by="program" title={text.by_program} what={text.program} scope={scope} period={period} cell={(key) => <bdi>{key}</bdi>} />}
      <Groups by="course" title={text.by_course} what={text.course} scope={scope} period={period} cell={(key) => <bdi>{key}</bdi>} />
      <Groups by="tutor" title={text.by_tutor} what={text.tutor} scope={scope} period={period} cell={tutor_cell} />
      <Reminders scope={scope} period={period} />
      <Refusals scope={scope} period={period} />
    </>
  );
}

export default function Programme() {
  const { query } = use_address();
  const period = period_of(query, use_now());
  const bounds = bounds_of(period);
  const program = query.get("program") ?? "";
  const scope: Scope | null = bounds ? { ...bounds, ...(program ? { program } : {}) } : null;
  return (
    <div class="programme">
      <h1 tabIndex={-1}>{text.title}</h1>
      <div class="filters">
        <PeriodChoice period={period} />
        {scope ? <ProgramChoice scope={scope} chosen={program} /> : null}
      </div>
      {scope ? <Report period={period} scope={scope} />
        : <p class="notice bad" role="alert">{text.dates_wrong}</p>}
    </div>
  );
}
