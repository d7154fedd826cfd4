// What the programmes did in a week, a month or a term.
// SPDX-License-Identifier: Apache-2.0
import { use_now } from "../../shell/clock";
import { set_query, use_address } from "../../shell/router";
import { Button } from "../../ui/button";
import { Choice } from "../../ui/choice";
import { SelectField, TextField } from "../../ui/field";
import { Shown } from "../../ui/shown";
import { minutes_text } from "../../ui/time";
import { days_later } from "../../ui/zone";
import { words } from "../../words";
import { median_text, pay_text } from "./parts";
import { type Kind, type Period, beside, bounds_of, kinds, period_of, period_text } from "./period";
import { Groups, OverTime, Refusals, Reminders, States, tutor_cell } from "./sections";
import { type Scope, type Sums, share_text, total_of, use_stats } from "./stats";

const text = words.programme;
/** Longer periods are drawn by weeks. */
const most_days = 45;

function PeriodChoice({ period }: { period: Period }) {
  const choose = (kind: Kind) => set_query(kind === "dates"
    ? { period: kind, first: period.first, last: period.last }
    : { period: kind, first: period.first, last: undefined });
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
          <Button label={text.after} onClick={() => step(1)}>→</Button>
        </div>
      )}
    </>
  );
}

/** The programmes that held sessions then, and the one that is chosen. */
function ProgramChoice({ scope, chosen }: { scope: Scope; chosen: string }) {
  const { from, to } = scope;
  const found = use_stats("program", { from, to });
  const names = [...new Set([...(found.data ?? []).map(({ key }) => key), ...(chosen ? [chosen] : [])])].sort();
  if (names.length < 2 && !chosen) return null;
  return (
    <SelectField id="program" label={text.program} value={chosen} change={(program) => set_query({ program })}
      options={[{ value: "", label: text.all_programs }, ...names.map((value) => ({ value, label: value }))]} />
  );
}

function Tile({ id, label, figure, more }: { id: string; label: string; figure: string; more?: string | null }) {
  return <div class="tile" data-figure={id}><dt>{label}</dt><dd><strong>{figure}</strong>{more ? <small>{more}</small> : null}</dd></div>;
}

const of_states = (groups: Sums[], ...states: string[]): number =>
  groups.filter(({ key }) => states.includes(key)).reduce((sum, one) => sum + one.sessions, 0);

/** Sessions that were to be logged: begun, and neither called off nor taken back. */
const begun = (groups: Sums[]): number =>
  total_of(groups).sessions - of_states(groups, "scheduled", "cancelled", "voided");

function Tiles({ scope }: { scope: Scope }) {
  const states = use_stats("state", scope);
  const reminders = use_stats("reminder", scope);
  return (
    <Shown of={states}>
      {(groups) => {
        const { sessions, minutes, pay } = total_of(groups);
        const missed = of_states(groups, "missed", "update_denied");
        const all = begun(groups);
        const told = (kind: string) => reminders.data?.find(({ key }) => key === kind)?.count ?? 0;
        const late = told("tutor_recap_due");
        const logged = all - missed;
        const overdue = told("student_recap_overdue");
        return (
          <dl class="tiles">
            <Tile id="sessions" label={text.sessions} figure={String(sessions)} />
            <Tile id="hours" label={text.hours} figure={minutes_text(minutes)} />
            <Tile id="pay" label={text.pay} figure={pay_text(pay)} />
            <Tile id="missed" label={text.missed} figure={share_text(missed, all) ?? "–"} more={text.of(missed, all)} />
            <Tile id="late" label={text.late} figure={share_text(Math.min(late, all), all) ?? "–"} more={text.late_of(late, all)} />
            <Tile id="overdue" label={text.overdue} figure={share_text(Math.min(overdue, logged), logged) ?? "–"} more={text.of(overdue, logged)} />
            <Tile id="confirmed" label={text.until_confirmed} more={text.median}
              figure={median_text(groups.find(({ key }) => key === "paid")?.median_confirm_seconds ?? null)} />
          </dl>
        );
      }}
    </Shown>
  );
}

function Report({ period, scope }: { period: Period; scope: Scope }) {
  const long = days_later(period.first, most_days) < period.last;
  return (
    <>
      <Tiles scope={scope} />
      <OverTime scope={scope} period={period} by={long ? "week" : "day"} />
      <States scope={scope} />
      {scope.program ? null : <Groups by="program" title={text.by_program} what={text.program} scope={scope} cell={(key) => <bdi>{key}</bdi>} />}
      <Groups by="course" title={text.by_course} what={text.course} scope={scope} cell={(key) => <bdi>{key}</bdi>} />
      <Groups by="tutor" title={text.by_tutor} what={text.tutor} scope={scope} cell={tutor_cell} />
      <Reminders scope={scope} />
      <Refusals scope={scope} />
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
