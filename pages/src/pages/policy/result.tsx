// What another policy would have changed: sums, and the sessions that would differ.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import type { Schemas } from "../../api/client";
import { href } from "../../shell/router";
import { StateBadge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { refusal_text } from "../../ui/error_summary";
import { save_csv_file } from "../../ui/csv";
import { major_units, money_text } from "../../ui/money";
import { Empty } from "../../ui/shown";
import { Table } from "../../ui/table";
import { minutes_text } from "../../ui/time";
import { words } from "../../words";
import type { Answer } from "./whatif";

const text = words.policy;

interface Line {
  key: string;
  what: string;
  was: number;
  would: number;
  said: (figure: number) => string;
}

const counted = (figure: number) => String(figure);

/** Returns the figures in which the two can differ. */
function lines_of(answer: Answer): Line[] {
  const { pay, reminders } = answer;
  const currencies = [...new Set([...Object.keys(pay.was), ...Object.keys(pay.would)])];
  return [
    { key: "paid", what: text.paid, ...answer.paid, said: counted },
    { key: "missed", what: text.missed, ...answer.missed, said: counted },
    { key: "minutes", what: text.hours, ...answer.minutes, said: minutes_text },
    ...currencies.map((currency) => ({
      key: currency, what: text.pay, was: pay.was[currency] ?? 0, would: pay.would[currency] ?? 0,
      said: (minor: number) => money_text(minor, currency) })),
    ...Object.keys(reminders.was).map((kind) => ({
      key: kind, what: `${text.reminder} ${words.programme.reminder_kinds[kind as Schemas["ReminderKind"]] ?? kind}`,
      was: reminders.was[kind] ?? 0, would: reminders.would[kind] ?? 0, said: counted })),
    ...answer.refused.map(({ code, was, would }) => ({
      key: code, what: `${text.refused} ${refusal_text(code).what}`, was, would, said: counted })),
  ];
}

/** `+3`, `−$12.00`, or that it is the same; figures are told apart by their sign. */
const difference = ({ was, would, said }: Line): ComponentChildren =>
  was === would ? text.same : <strong>{would > was ? "+" : "−"}{said(Math.abs(would - was))}</strong>;

function Sums({ answer }: { answer: Answer }) {
  const lines = lines_of(answer);
  const [differ, same] = [lines.filter(({ was, would }) => was !== would), lines.filter(({ was, would }) => was === would)];
  const columns = [
    { key: "what", label: text.figure, cell: ({ what }: Line) => what },
    { key: "was", label: text.was, cell: ({ was, said }: Line) => said(was), figure: true },
    { key: "would", label: text.would, cell: ({ would, said }: Line) => said(would), figure: true },
    { key: "difference", label: text.difference, cell: difference, figure: true },
  ];
  return (
    <>
      {differ.length ? <Table caption={text.what_differs} columns={columns} rows={differ} row_key={({ key }) => key} /> : null}
      {same.length ? (
        <details>
          <summary>{text.what_is_same(same.length)}</summary>
          <Table caption={text.what_is_same(same.length)} columns={columns} rows={same} row_key={({ key }) => key} />
        </details>
      ) : null}
    </>
  );
}

function Side({ of }: { of: Schemas["WhatifSession"] | null }) {
  if (!of) return <>{text.not_there}</>;
  return (
    <>
      <StateBadge state={of.state} />
      {of.minutes === null ? null : ` ${minutes_text(of.minutes)}`}
      {of.pay === null ? null : ` ${money_text(of.pay, of.currency)}`}
      {of.refused.map((code) => <small key={code}> {refusal_text(code).what}</small>)}
    </>
  );
}

const side_cells = (of: Schemas["WhatifSession"] | null): string[] => (of === null ? [text.not_there, "", "", ""] : [
  words.states[of.state], of.minutes === null ? "" : String(of.minutes),
  of.pay === null ? "" : major_units(of.pay, of.currency), of.pay === null ? "" : of.currency]);

function save_differing(answer: Answer): void {
  const head = [text.was, text.would].flatMap((when) => [when, ...text.side_columns.map((one) => `${when}: ${one}`)]);
  save_csv_file("what-if.csv", [[text.session, ...head, text.why],
    ...answer.differing.map(({ session, was, would, why }) => [session, ...side_cells(was), ...side_cells(would), why])]);
}

export function Result({ answer, more, busy }: { answer: Answer; more: (() => void) | null; busy: boolean }) {
  return (
    <div class="result">
      <p role="status"><strong>{text.replayed(answer.sessions, answer.differing.length, answer.next !== null)}</strong></p>
      <Sums answer={answer} />
      {answer.differing.length === 0 ? <Empty>{text.none_differs}</Empty> : (
        <Table caption={text.differing} rows={answer.differing} row_key={({ session }) => session} columns={[
          { key: "session", label: text.session, cell: ({ session }) => <a href={href(`/sessions/${session}`)}><bdi>{session}</bdi></a> },
          { key: "was", label: text.was, cell: ({ was }) => <Side of={was} /> },
          { key: "would", label: text.would, cell: ({ would }) => <Side of={would} /> },
          { key: "why", label: text.why, cell: ({ why }) => why },
        ]} />
      )}
      {answer.differing.length ? <Button onClick={() => save_differing(answer)}>{text.save_differing(answer.differing.length)}</Button> : null}
      {more ? <Button busy={busy} onClick={more}>{words.ui.more}</Button> : null}
    </div>
  );
}
