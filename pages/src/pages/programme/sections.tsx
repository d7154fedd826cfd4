// What a programme did, each part of it with its picture and its table.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { State } from "../../api/client";
import { Badge, StateBadge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Chart } from "../../ui/chart";
import { refusal_text } from "../../ui/error_summary";
import { Person } from "../../ui/person";
import { Empty, Shown } from "../../ui/shown";
import { type Column, Table } from "../../ui/table";
import { minutes_text } from "../../ui/time";
import { set_query, use_address } from "../../shell/router";
import { words } from "../../words";
import { CellBar, Columns, Section, median_text, pay_text } from "./parts";
import { type Period, key_text, keys_of } from "./period";
import { type Scope, type Sums, share_text, total_of, use_stats } from "./stats";

const text = words.programme;
const first_shown = 10;
const order_of_states = Object.keys(words.states) as State[];

export function States({ scope, period }: { scope: Scope; period: Period }) {
  const found = use_stats("state", scope);
  return (
    <Section id="states" title={text.by_state} hint={text.states_hint} by="state" scope={scope} period={period}>
      <Shown of={found}>
        {(groups) => {
          const all = total_of(groups).sessions;
          const rows = order_of_states.flatMap((state) => {
            const group = groups.find(({ key }) => key === state);
            return group ? [{ key: state, label: <StateBadge state={state} />, value: group.sessions,
              text: `${group.sessions} (${share_text(group.sessions, all) ?? "–"})` }] : [];
          });
          return rows.length === 0 ? <Empty>{text.nothing}</Empty>
            : <Chart caption={text.states_caption(all)} labels={{ what: text.state, figure: text.sessions }} rows={rows} />;
        }}
      </Shown>
    </Section>
  );
}

const figures = {
  sessions: (one: Sums) => one.sessions,
  minutes: (one: Sums) => one.minutes,
  pay: (one: Sums) => Math.max(0, ...Object.values(one.pay)),
  median: (one: Sums) => one.median_confirm_seconds ?? -1,
};
type Figure = keyof typeof figures;

function columns_of(what: string, most: number, cell: (one: Sums) => ComponentChildren): Column<Sums>[] {
  const order = (name: string) => ({ up: name, down: `-${name}` });
  return [
    { key: "key", label: what, cell, order: order("key") },
    { key: "sessions", label: text.sessions, cell: (one) => one.sessions, order: order("sessions"), figure: true },
    { key: "minutes", label: text.hours, order: order("minutes"), figure: true,
      cell: (one) => <>{minutes_text(one.minutes)} <CellBar value={one.minutes} most={most} /></> },
    { key: "pay", label: text.pay, cell: (one) => pay_text(one.pay), order: order("pay"), figure: true },
    { key: "median", label: text.until_confirmed, cell: (one) => median_text(one.median_confirm_seconds), order: order("median"), figure: true },
  ];
}

function sorted(groups: Sums[], order: string): Sums[] {
  const name = order.replace(/^-/, "");
  const way = order.startsWith("-") ? -1 : 1;
  const compare = name in figures
    ? (a: Sums, b: Sums) => figures[name as Figure](a) - figures[name as Figure](b)
    : (a: Sums, b: Sums) => a.key.localeCompare(b.key);
  return [...groups].sort((a, b) => way * compare(a, b) || a.key.localeCompare(b.key));
}

/** Hours and pay by course, tutor or programme; sorted by the address. */
export function Groups({ by, title, what, scope, period, cell }: {
  by: "course" | "tutor" | "program"; title: string; what: string; scope: Scope; period: Period; cell: (key: string) => ComponentChildren;
}) {
  const found = use_stats(by, scope);
  const { query } = use_address();
  const [all, set_all] = useState(false);
  const order = query.get(`by_${by}`) ?? "-minutes";
  return (
    <Section id={`by-${by}`} title={title} hint={text.sums_hint} by={by} scope={scope} period={period}>
      <Shown of={found}>
        {(groups) => {
          const most = Math.max(0, ...groups.map((one) => one.minutes));
          const rows = sorted(groups, order);
          if (rows.length === 0) return <Empty>{text.nothing}</Empty>;
          return (
            <>
              <Table caption={text.caption(what, rows.length)} columns={columns_of(what, most, (one) => cell(one.key))}
                rows={all ? rows : rows.slice(0, first_shown)} row_key={({ key }) => key} order={order}
                sort={(next) => set_query({ [`by_${by}`]: next })} />
              {rows.length > first_shown && !all
                ? <Button label={text.all_of(rows.length, title)} onClick={() => set_all(true)}>{text.all_of(rows.length, title)}</Button> : null}
            </>
          );
        }}
      </Shown>
    </Section>
  );
}

/** Returns a group for each key, in their order: nothing happened in those that are not there. */
function filled(groups: Sums[], keys: string[]): Sums[] {
  const there = new Map(groups.map((one) => [one.key, one]));
  return [...new Set([...keys, ...there.keys()])].sort().map((key) =>
    there.get(key) ?? { key, sessions: 0, minutes: 0, pay: {}, median_confirm_seconds: null });
}

/** Hours over time: a column a day, or a week where the period is long. */
export function OverTime({ scope, period, by }: { scope: Scope; period: Period; by: "day" | "week" }) {
  const found = use_stats(by, scope);
  return (
    <Section id="over-time" title={text.over_time[by]} by={by} scope={scope} period={period}>
      <Shown of={found}>
        {(found_groups) => {
          const groups = filled(found_groups, keys_of(period, by));
          const [first, last] = [groups[0], groups[groups.length - 1]];
          if (!first || !last || found_groups.length === 0) return <Empty>{text.nothing}</Empty>;
          const most = groups.reduce((a, b) => (b.minutes > a.minutes ? b : a));
          const middle = groups[Math.floor((groups.length - 1) / 2)] ?? first;
          const label = text.columns_label(key_text(first.key), key_text(last.key), key_text(most.key), minutes_text(most.minutes));
          return (
            <figure>
              <Columns groups={groups} label={label} />
              <div class="axis" aria-hidden="true">{[...new Set([first, middle, last])].map(({ key }) => <span key={key}>{key_text(key)}</span>)}</div>
              <figcaption>{label}</figcaption>
              <details>
                <summary>{words.ui.data}</summary>
                <Table caption={text.over_time[by]} columns={columns_of(text[by], most.minutes, (one) => (by === "week" ? text.week_of(key_text(one.key)) : key_text(one.key))).map(
                  ({ order: _, ...column }) => column)} rows={found_groups} row_key={({ key }) => key} />
              </details>
            </figure>
          );
        }}
      </Shown>
    </Section>
  );
}

export function Refusals({ scope, period }: { scope: Scope; period: Period }) {
  const found = use_stats("refusal", scope);
  return (
    <Section id="refusals" title={text.refusals} hint={text.refusals_hint} by="refusal" scope={scope} period={period}>
      <Shown of={found}>
        {(groups) => groups.length === 0 ? <Empty>{text.nothing_refused}</Empty> : (
          <Chart caption={text.refusals} labels={{ what: text.reason, figure: text.times }}
            rows={[...groups].sort((a, b) => b.count - a.count).map(({ key, count }) => ({
              key, value: count, text: String(count),
              label: <>{refusal_text(key).what} <small>{key}</small></> }))} />
        )}
      </Shown>
    </Section>
  );
}

export function Reminders({ scope, period }: { scope: Scope; period: Period }) {
  const found = use_stats("reminder", scope);
  return (
    <Section id="reminders" title={text.reminders} hint={text.reminders_hint} by="reminder" scope={scope} period={period}>
      <Shown of={found}>
        {(groups) => groups.length === 0 ? <Empty>{text.nothing_reminded}</Empty> : (
          <Table caption={text.reminders} rows={groups} row_key={({ key }) => key} columns={[
            { key: "key", label: text.reminder, cell: ({ key }) => text.reminder_kinds[key] },
            { key: "count", label: text.sent, cell: ({ count }) => count, figure: true },
            { key: "answered", label: text.answered, figure: true, cell: (one) => (
              <>{one.answered_within_24h} ({share_text(one.answered_within_24h, one.count) ?? "–"}) <CellBar value={one.answered_within_24h} most={one.count} /></>
            ) },
            { key: "helped", label: text.helped, cell: (one) => {
              // Support writes no recap: that it is told hardly makes students write.
              if (one.key === "student_recap_overdue") return <>{text.told_support}</>;
              const share = one.count ? one.answered_within_24h / one.count : 0;
              return <Badge tone={share >= 0.5 ? "good" : "waiting"}>{share >= 0.5 ? text.mostly : share >= 0.2 ? text.partly : text.hardly}</Badge>;
            } },
          ]} />
        )}
      </Shown>
    </Section>
  );
}

export const tutor_cell = (id: string): ComponentChildren => <Person who={`tutor:${id}`} />;
