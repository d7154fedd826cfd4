// The lines of a file: what is wrong with some, and what becomes of the others.
// SPDX-License-Identifier: Apache-2.0
import { href } from "../../shell/router";
import { Badge } from "../../ui/badge";
import { problem_text } from "../../ui/error_summary";
import { Person } from "../../ui/person";
import { Table } from "../../ui/table";
import { Time, viewers_zone } from "../../ui/time";
import { words } from "../../words";
import { type Result, accepted } from "../desk/act/run";
import type { Planned, Wrong } from "./sessions";

const text = words.import;

export function WrongLines({ wrong }: { wrong: Wrong[] }) {
  if (wrong.length === 0) return null;
  return (
    <div class="notice bad" role="alert">
      <h2>{text.wrong_title(new Set(wrong.map(({ line }) => line)).size)}</h2>
      <ul>{wrong.map((one, i) => <li key={i} data-line={one.line}><strong>{text.line(one.line)}</strong> <bdi>{one.text}</bdi></li>)}</ul>
    </div>
  );
}

/** `sent`: what came of it; else what the preview said. */
function Becomes({ planned, result, sent }: { planned: Planned; result: Result | undefined; sent: boolean }) {
  if (!result) return <>…</>;
  if (result.problem) return <><Badge tone="bad">{words.desk.refused}</Badge> {problem_text(result.problem)}</>;
  if (!accepted(result)) {
    return (
      <>
        <Badge tone="bad">{sent ? words.desk.refused : text.would_be_refused}</Badge>
        {result.outcome?.refusals.map((refusal, i) => (
          <span key={i} class="reason" data-code={refusal.code}>{words.refusals[refusal.code].what} <small>{refusal.detail}</small></span>
        ))}
      </>
    );
  }
  return sent ? <a href={href(`/sessions/${planned.id}`)}><Badge tone="good">{text.is_scheduled}</Badge></a>
    : <Badge tone="neutral">{text.can_be}</Badge>;
}

export function Lines({ sessions, results, asked }: {
  sessions: Planned[]; results: ReadonlyMap<string, Result>; asked: ReadonlyMap<string, Result>;
}) {
  const zone = viewers_zone();
  const sent = results !== asked;
  return (
    <div class="desk-list">
      <Table caption={text.lines} rows={sessions} row_key={({ id }) => id} columns={[
        { key: "line", label: text.columns.line, figure: true, cell: ({ line }) => line },
        { key: "becomes", label: text.columns.becomes, cell: (planned) => (
          <Becomes planned={planned} result={results.get(planned.id) ?? asked.get(planned.id)} sent={sent && results.has(planned.id)} />) },
        { key: "id", label: text.columns.id, cell: ({ id }) => <bdi>{id}</bdi> },
        { key: "starts", label: text.columns.starts, cell: ({ data }) => <Time at={data.starts_at} zone={data.timezone ?? zone} /> },
        { key: "course", label: text.columns.course, cell: ({ data }) => <><bdi>{data.course}</bdi> <small>{words.modalities[data.modality]}</small></> },
        { key: "tutor", label: text.columns.tutor, cell: ({ data }) => <Person who={`tutor:${data.tutor}`} /> },
        { key: "students", label: text.columns.students, cell: ({ data }) => data.students.map((student) => <Person key={student} who={`student:${student}`} />) },
      ]} />
    </div>
  );
}
