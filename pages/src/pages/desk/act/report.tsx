// What would happen, and what did, of each session.
// SPDX-License-Identifier: Apache-2.0
import { href } from "../../../shell/router";
import { Badge } from "../../../ui/badge";
import { problem_text } from "../../../ui/error_summary";
import { money_text } from "../../../ui/money";
import { Person } from "../../../ui/person";
import { words } from "../../../words";
import type { Job } from "./actions";
import { type Result, accepted } from "./run";

const text = words.desk;

export interface Told {
  kind: string;
  to: string[];
}

export interface Totals {
  sessions: number;
  minutes: number;
  money: Map<string, number>;
  told: Told[];
}

/** Sums up what the dry runs said. */
export function totals_of(jobs: Job[], results: ReadonlyMap<string, Result>): Totals {
  const totals: Totals = { sessions: 0, minutes: 0, money: new Map(), told: [] };
  const sessions = new Set<string>();
  for (const { key, session } of jobs) {
    const outcome = results.get(key)?.outcome;
    if (outcome?.outcome !== "accepted" || !outcome.effects) continue;
    sessions.add(session.id);
    const { minutes, money, notifications } = outcome.effects;
    totals.minutes += minutes;
    if (money) totals.money.set(session.currency, (totals.money.get(session.currency) ?? 0) + money);
    for (const { kind, to } of notifications) {
      const told = totals.told.find((one) => one.kind === kind);
      if (told) told.to.push(to);
      else totals.told.push({ kind, to: [to] });
    }
  }
  totals.sessions = sessions.size;
  return totals;
}

const message_of = (kind: string): string => (words.session.messages as Record<string, string>)[kind] ?? kind;

function people_of(to: string[]) {
  return [...new Set(to)].map((who) => who.includes(":")
    ? <Person key={who} who={who} /> : <span key={who} class="person">{words.roles.support}</span>);
}

export function Effects({ totals }: { totals: Totals }) {
  const signed = (figure: string, positive: boolean) => (positive ? `+${figure}` : figure);
  const money = [...totals.money].filter(([, minor]) => minor !== 0);
  return (
    <dl class="facts effects">
      <div><dt>{text.sessions}</dt><dd>{totals.sessions}</dd></div>
      <div><dt>{text.minutes_change}</dt><dd>{totals.minutes === 0 ? text.unchanged : signed(words.time.minutes(totals.minutes), totals.minutes > 0)}</dd></div>
      <div>
        <dt>{text.money_change}</dt>
        <dd>{money.length === 0 ? text.unchanged : money.map(([currency, minor]) => (
          <span key={currency} class="money">{signed(money_text(minor, currency), minor > 0)} </span>))}</dd>
      </div>
      <div>
        <dt>{text.told}</dt>
        <dd>
          {totals.told.length === 0 ? text.nobody_told : (
            <ul>
              {totals.told.map(({ kind, to }) => (
                <li key={kind}>
                  <details><summary>{words.count(to.length, "×", "×")} {message_of(kind)}</summary>{people_of(to)}</details>
                </li>
              ))}
            </ul>
          )}
        </dd>
      </div>
    </dl>
  );
}

function Reason({ result }: { result: Result }) {
  if (result.problem) return <>{problem_text(result.problem)}</>;
  return (
    <>
      {(result.outcome?.refusals ?? []).map((refusal, i) => (
        <span key={i} class="reason" data-code={refusal.code}>{words.refusals[refusal.code].what} <small>{refusal.detail}</small></span>
      ))}
    </>
  );
}

/** Each of `jobs` that has a result, with the reason where it was refused. */
export function Results({ jobs, results, label }: { jobs: Job[]; results: ReadonlyMap<string, Result>; label: string }) {
  const shown = jobs.flatMap((job) => {
    const result = results.get(job.key);
    return result ? [{ job, result }] : [];
  });
  if (shown.length === 0) return null;
  return (
    <ul class="results" aria-label={label}>
      {shown.map(({ job, result }) => (
        <li key={job.key} data-session={job.session.id}>
          <Badge tone={accepted(result) ? "good" : "bad"}>{accepted(result) ? text.done : text.refused}</Badge>{" "}
          <a href={href(`/sessions/${job.session.id}`)} target="_blank"><bdi>{job.session.id}</bdi></a>{" "}
          {job.student ? <Person who={`student:${job.student}`} /> : <Person who={`tutor:${job.session.tutor}`} />}{" "}
          {accepted(result) ? null : <Reason result={result} />}
        </li>
      ))}
    </ul>
  );
}
