// The figures on top, each with what is counted in it.
// SPDX-License-Identifier: Apache-2.0
import { use_now } from "../../shell/clock";
import { Shown } from "../../ui/shown";
import { minutes_text } from "../../ui/time";
import { words } from "../../words";
import { median_text, pay_text } from "./parts";
import { type Scope, type Sums, begun_of, share_text, total_of, use_stats } from "./stats";

const text = words.programme;

function Tile({ id, label, figure, more }: { id: string; label: string; figure: string; more?: string | null }) {
  return <div class="tile" data-figure={id}><dt>{label}</dt><dd><strong>{figure}</strong>{more ? <small>{more}</small> : null}</dd></div>;
}

const in_states = (groups: Sums[], ...states: string[]): Sums[] => groups.filter(({ key }) => states.includes(key));
const number_in = (groups: Sums[], ...states: string[]): number => total_of(in_states(groups, ...states)).sessions;

/** A share where the one is a part of the other, else the figure alone. */
const share = (part: number, of: number): string => (part <= of ? share_text(part, of) : null) ?? String(part);

/** Of the sessions whose start has passed: what is due then can be judged of them only. */
function Begun({ groups, told }: { groups: Sums[]; told: (kind: string) => number }) {
  const began = total_of(groups).sessions;
  const [missed, denied] = [number_in(groups, "missed"), number_in(groups, "update_denied")];
  const held = began - number_in(groups, "cancelled", "voided");
  const open = number_in(groups, "scheduled", "time_logged");
  const logged = number_in(groups, "awaiting_student_recap", "completed", "disputed", "paid", "voided");
  const [late, overdue] = [told("tutor_recap_due"), told("student_recap_overdue")];
  return (
    <>
      <Tile id="missed" label={text.missed} figure={share_text(missed + denied, held) ?? "–"} more={text.missed_of(missed, denied, held, open)} />
      <Tile id="late" label={text.late} figure={share(late, began)} more={text.late_of(late, began)} />
      <Tile id="overdue" label={text.overdue} figure={share(overdue, logged)} more={text.overdue_of(overdue, logged)} />
    </>
  );
}

export function Tiles({ scope }: { scope: Scope }) {
  const states = use_stats("state", scope);
  const begun = use_stats("state", begun_of(scope, use_now()));
  const reminders = use_stats("reminder", scope);
  const told = (kind: string) => reminders.data?.find(({ key }) => key === kind)?.count ?? 0;
  return (
    <Shown of={states}>
      {(groups) => {
        const { sessions, minutes, pay } = total_of(groups);
        const paid = total_of(in_states(groups, "paid"));
        const began = begun.data ? total_of(begun.data).sessions : sessions;
        return (
          <dl class="tiles">
            <Tile id="sessions" label={text.sessions} figure={String(sessions)} more={text.to_come(sessions - began)} />
            <Tile id="hours" label={text.hours} figure={minutes_text(minutes)} more={text.hours_of(minutes_text(minutes - paid.minutes), minutes > paid.minutes)} />
            <Tile id="pay" label={text.pay} figure={pay_text(pay)} more={text.pay_of(paid.sessions)} />
            {begun.data ? <Begun groups={begun.data} told={told} /> : null}
            <Tile id="confirmed" label={text.until_confirmed} more={text.median}
              figure={median_text(in_states(groups, "paid")[0]?.median_confirm_seconds ?? null)} />
          </dl>
        );
      }}
    </Shown>
  );
}
