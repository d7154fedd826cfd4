// The lines of a file: what is wrong with some, and what becomes of the others.
// SPDX-License-Identifier: Apache-2.0
import { use_now } from "../../shell/clock";
import { href } from "../../shell/router";
import { Badge } from "../../ui/badge";
import { detail_text, problem_text, refusal_text } from "../../ui/error_summary";
import { Person } from "../../ui/person";
import { Table } from "../../ui/table";
import { Time, viewers_zone } from "../../ui/time";
import { words } from "../../words";
import { type Result, accepted } from "../desk/act/run";
import type { Plan, Planned } from "./sessions";

const text = words.import;

export function WrongLines({ plan: { wrong, unreadable } }: { plan: Plan }) {
  if (wrong.length === 0) return null;
  return (
    <div class="notice bad" role="alert">
      <h2>{unreadable ? text.wrong_file : text.wrong_title(new Set(wrong.map(({ line }) => line)).size)}</h2>
      <ul>{wrong.map((one, i) => <li key={i} data-line={one.line}><strong>{text.line(one.line)}</strong> <bdi>{one.text}</bdi></li>)}</ul>
    </div>
  );
}

/** Whether the session of this name that is there already is the one of the line. */
export function is_there(planned: Planned, result: Result | undefined): boolean {
  const there = result?.outcome?.session;
  return result?.outcome?.refusals[0]?.code === "session-exists" && there?.tutor === planned.data.tutor
    && there.course === planned.data.course && Date.parse(there.starts_at) === Date.parse(planned.data.starts_at);
}

/** Returns why a line was not taken, in a sentence. */
export const why_not = ({ outcome, problem }: Result): string =>
  problem ? problem_text(problem) : (outcome?.refusals ?? []).map(({ code, detail }) => `${refusal_text(code).what} ${detail}`).join(" ");

/** That a session begins in the past is told: its deadline may have passed, too. */
function Past({ result }: { result: Result }) {
  const now = use_now();
  const session = result.outcome?.session;
  if (!session || Date.parse(session.starts_at) > now) return null;
  return <span class="reason"><Badge tone="waiting">{Date.parse(session.deadline) < now ? text.missed_at_once : text.has_begun}</Badge></span>;
}

/** `sent`: what came of it; else what the preview said. */
function Becomes({ planned, result, sent }: { planned: Planned; result: Result | undefined; sent: boolean }) {
  if (!result) return <>…</>;
  if (result.problem) return <><Badge tone="bad">{words.desk.refused}</Badge> {problem_text(result.problem)}</>;
  if (is_there(planned, result)) return <Badge tone="neutral">{text.is_there}</Badge>;
  if (!accepted(result)) {
    return (
      <>
        <Badge tone="bad">{sent ? words.desk.refused : text.would_be_refused}</Badge>
        {result.outcome?.refusals.map((refusal, i) => (
          <span key={i} class="reason" data-code={refusal.code}>{refusal_text(refusal.code).what} <small>{detail_text(refusal.detail)}</small></span>
        ))}
      </>
    );
  }
  return <>{sent ? <Badge tone="good">{text.is_scheduled}</Badge> : <Badge tone="neutral">{text.can_be}</Badge>}<Past result={result} /></>;
}

/** `fresh`: tutors who are new here. */
export function Lines({ sessions, results, asked, fresh }: {
  sessions: Planned[]; results: ReadonlyMap<string, Result>; asked: ReadonlyMap<string, Result>; fresh: ReadonlySet<string>;
}) {
  const sent = results !== asked;
  const result_of = ({ id }: Planned) => results.get(id) ?? asked.get(id);
  // Where a line names no zone, the session has the programme's.
  const zone_of = (planned: Planned) => result_of(planned)?.outcome?.session?.timezone ?? planned.data.timezone ?? viewers_zone();
  const exists = (planned: Planned) => is_there(planned, result_of(planned)) || (sent && accepted(results.get(planned.id)));
  return (
    <div class="desk-list">
      <Table caption={text.lines} rows={sessions} row_key={({ id }) => id} columns={[
        { key: "line", label: text.columns.line, figure: true, cell: ({ line }) => line },
        { key: "becomes", label: text.columns.becomes, cell: (planned) => (
          <Becomes planned={planned} result={result_of(planned)} sent={sent && results.has(planned.id)} />) },
        { key: "id", label: text.columns.id, cell: (planned) => (exists(planned)
          ? <a href={href(`/sessions/${planned.id}`)}><bdi>{planned.id}</bdi></a> : <bdi>{planned.id}</bdi>) },
        { key: "starts", label: text.columns.starts, cell: (planned) => <Time at={planned.data.starts_at} zone={zone_of(planned)} /> },
        { key: "course", label: text.columns.course, cell: ({ data }) => (
          <><bdi>{data.course}</bdi> <small>{words.modalities[data.modality]}, <bdi>{data.program}</bdi></small></>) },
        { key: "tutor", label: text.columns.tutor, cell: ({ data }) => (
          <><Person who={`tutor:${data.tutor}`} />{fresh.has(data.tutor) ? <> <Badge tone="neutral">{text.new_tutor}</Badge></> : null}</>) },
        { key: "students", label: text.columns.students, cell: ({ data }) => data.students.map((student) => <Person key={student} who={`student:${student}`} />) },
      ]} />
    </div>
  );
}
