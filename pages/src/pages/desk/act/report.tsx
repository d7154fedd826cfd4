// What would happen, and what did, of each session.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../../../api/client";
import { counted_minutes, pay_of } from "../../../session/pay";
import { use_now } from "../../../shell/clock";
import { href } from "../../../shell/router";
import { Badge } from "../../../ui/badge";
import { detail_text, problem_text, refusal_text } from "../../../ui/error_summary";
import { money_text } from "../../../ui/money";
import { Person } from "../../../ui/person";
import { minutes_text, span } from "../../../ui/time";
import { words } from "../../../words";
import type { Job } from "./actions";
import { type Result, accepted } from "./run";
import type { SessionEvent } from "./since";
import type { News } from "./steps";

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

const signed = (figure: string, positive: boolean) => (positive ? `+${figure}` : figure);
const signed_minutes = (minutes: number) => (minutes < 0 ? `-${minutes_text(-minutes)}` : `+${minutes_text(minutes)}`);

/** `1 h → 50 min`. */
function became(jobs: Job[], results: ReadonlyMap<string, Result>): string[] {
  return jobs.flatMap(({ key, session }) => {
    const minutes = results.get(key)?.outcome?.session?.minutes;
    return session.minutes === null || minutes === null || minutes === undefined ? []
      : [text.became(minutes_text(session.minutes), minutes_text(minutes))];
  });
}

/** Returns each text once, and how often it is there. */
function counted(texts: string[]): [string, number][] {
  const found = new Map<string, number>();
  for (const one of texts) found.set(one, (found.get(one) ?? 0) + 1);
  return [...found];
}

const Lines = ({ of }: { of: [string, number][] }) => (
  <>{of.map(([what, n]) => <span key={what} class="line">{n > 1 ? `${n} × ` : ""}{what}</span>)}</>
);

/** Returns what a session is to be paid that has not been yet, and is not taken back; null
 * where nothing is to come, or the reader may not see it. */
function to_come(session: Session): number | null {
  if (session.state === "voided") return 0;
  const minutes = counted_minutes(session);
  return minutes === null || session.payout || session.rate_per_hour === null ? null : pay_of(minutes, session.rate_per_hour);
}

/** `$15.00 → $3.75`, of sessions that are not paid yet. */
function will_become(jobs: Job[], results: ReadonlyMap<string, Result>): string[] {
  return jobs.flatMap(({ key, session }) => {
    const after = results.get(key)?.outcome?.session;
    const [was, is] = [to_come(session), after ? to_come(after) : null];
    return was === null || is === null || was === is ? []
      : [text.became(money_text(was, session.currency), money_text(is, session.currency))];
  });
}

/** `changes`: of which the minutes before and after are told. */
export function Effects({ totals, jobs, changes, results }: {
  totals: Totals; jobs: Job[]; changes: Job[]; results: ReadonlyMap<string, Result>;
}) {
  const minutes = counted(became(changes, results));
  const later = counted(will_become(jobs, results));
  const money = [...totals.money].filter(([, minor]) => minor !== 0);
  return (
    <dl class="facts effects">
      <div><dt>{text.sessions}</dt><dd>{totals.sessions}</dd></div>
      <div><dt>{text.minutes_change}</dt><dd>{totals.minutes === 0 ? text.unchanged : signed_minutes(totals.minutes)}</dd></div>
      {minutes.length ? <div><dt>{text.minutes_become}</dt><dd><Lines of={minutes} /></dd></div> : null}
      <div>
        <dt>{text.money_change}</dt>
        <dd>{money.length === 0 ? text.unchanged : money.map(([currency, minor]) => (
          <span key={currency} class="money">{signed(money_text(minor, currency), minor > 0)} </span>))}</dd>
      </div>
      {later.length ? <div><dt>{text.money_later}</dt><dd><Lines of={later} /></dd></div> : null}
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

/** The last thing that happened to a session, and by whom. */
function Last({ events }: { events: SessionEvent[] }) {
  const now = use_now();
  const last = events[events.length - 1];
  if (!last) return null;
  return (
    <span class="reason" data-meanwhile={last.type}>
      {words.session.events[last.type]}{last.by === "system:recapd" ? null : <>, {text.done_by} <Person who={last.by} /></>} ({words.time.ago(span(now - Date.parse(last.at)))})
    </span>
  );
}

function Reason({ result }: { result: Result }) {
  if (result.meanwhile.length) return <Last events={result.meanwhile} />;
  if (result.problem) return <>{problem_text(result.problem)}</>;
  return (
    <>
      {(result.outcome?.refusals ?? []).map((refusal, i) => (
        <span key={i} class="reason" data-code={refusal.code}>{refusal_text(refusal.code).what} <small>{detail_text(refusal.detail)}</small></span>
      ))}
    </>
  );
}

function Verdict({ result, previewed }: { result: Result; previewed: boolean }) {
  if (accepted(result)) return previewed ? <Badge tone="waiting">{text.has_changed}</Badge> : <Badge tone="good">{text.done}</Badge>;
  if (result.meanwhile.length) return <Badge tone="waiting">{text.not_sent}</Badge>;
  return <Badge tone="bad">{previewed ? text.would_be_refused : text.refused}</Badge>;
}

/** Each of `jobs` that has a result, with the reason where it was refused. */
export function Results({ jobs, results, news, label }: {
  jobs: Job[]; results: ReadonlyMap<string, Result>; label: string;
  /** Before anything was sent: what has changed since it was looked at. */
  news?: News;
}) {
  const shown = jobs.flatMap((job) => {
    const result = results.get(job.key);
    return result ? [{ job, result }] : [];
  });
  if (shown.length === 0) return null;
  return (
    <ul class="results" aria-label={label}>
      {shown.map(({ job, result }) => (
        <li key={job.key} data-session={job.session.id}>
          <Verdict result={result} previewed={news !== undefined} />{" "}
          <a href={href(`/sessions/${job.session.id}`)} target="_blank"><bdi>{job.session.id}</bdi></a>{" "}
          {job.student ? <Person who={`student:${job.student}`} /> : <Person who={`tutor:${job.session.tutor}`} />}{" "}
          {accepted(result) ? null : <Reason result={result} />}
          <Last events={news?.get(job.session.id) ?? []} />
        </li>
      ))}
    </ul>
  );
}
