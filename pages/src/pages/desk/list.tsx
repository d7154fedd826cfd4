// The sessions of a queue or a search, chosen by boxes and sorted by the address.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../../api/client";
import { get } from "../../api/client";
import { use_data } from "../../api/data";
import { of_session } from "../../live/stream";
import { href, set_query } from "../../shell/router";
import { TutorsBadge, to_log } from "../../session/standing";
import { use_now } from "../../shell/clock";
import { FlagBadge } from "../../ui/badge";
import { Person } from "../../ui/person";
import { type Column, type Selection, Table } from "../../ui/table";
import { Distance, Time, minutes_text } from "../../ui/time";
import { words } from "../../words";
import type { Queue } from "./queues";

const text = words.desk;
const by = (key: string) => ({ up: key, down: `-${key}` });

/** What was written by who asked for an update, or disputes it. */
function Asked({ session }: { session: Session }) {
  const found = use_data(`asked ${session.id}`, (signal) =>
    get("/v1/sessions/{id}/explain", { path: { id: session.id }, signal }), of_session(session.id));
  const reason = found.data?.why.find(({ code }) => code === "update-asked" || code === "disputed");
  const said = reason?.data as { message?: string; reason?: string; by?: string; at?: string } | undefined;
  const message = said?.message ?? said?.reason;
  if (message === undefined) return null;
  // Who asks for an update is the session's tutor.
  const disputed = said?.reason !== undefined && said.by && said.at;
  return (
    <>
      <q dir="auto">{message}</q>
      {disputed ? <small><Person who={said.by ?? ""} />, <Time at={said.at ?? ""} zone={session.timezone} /></small> : null}
    </>
  );
}

const students = (session: Session) => (
  <ul>
    {session.participants.map(({ student, status }) => (
      <li key={student}><Person who={`student:${student}`} /> <small>{words.participants[status]}</small></li>
    ))}
  </ul>
);

/** Until when it can be logged, where it still can be, or could. */
function Deadline({ session }: { session: Session }) {
  const now = use_now();
  if (!["scheduled", "time_logged", "missed", "update_denied"].includes(session.state)) return <>–</>;
  return (
    <>
      <Time at={session.deadline} zone={session.timezone} />
      {to_log(session, now) ? <small><Distance at={session.deadline} /></small> : null}
    </>
  );
}

function columns_of(queue: Queue): Column<Session>[] {
  const columns = all_columns(queue);
  // Students' recaps have no deadline, and in a dispute none is running.
  return queue === "overdue" || queue === "disputed" ? columns.filter(({ key }) => key !== "deadline") : columns;
}

function all_columns(queue: Queue): Column<Session>[] {
  const asked: Column<Session>[] = queue === "asked" || queue === "disputed"
    ? [{ key: "asked", label: text.columns[queue], cell: (session) => <Asked session={session} /> }] : [];
  return [
    { key: "id", label: text.columns.id, order: by("id"), cell: ({ id }) => <a href={href(`/sessions/${id}`)}><bdi>{id}</bdi></a> },
    { key: "state", label: text.columns.state, order: by("state"), cell: (session) => (
      <>
        <TutorsBadge session={session} /> {session.minutes === null ? null : <small>{text.logged(minutes_text(session.minutes))}</small>}
        {session.flags.map((flag) => <FlagBadge key={flag} flag={flag} />)}
      </>
    ) },
    { key: "starts_at", label: text.columns.starts_at, order: by("starts_at"), cell: ({ starts_at, timezone }) => <Time at={starts_at} zone={timezone} /> },
    { key: "course", label: text.columns.course, order: by("course"), cell: ({ course, program }) => <><bdi>{course}</bdi> <small><bdi>{program}</bdi></small></> },
    { key: "tutor", label: text.columns.tutor, order: by("tutor"), cell: ({ tutor }) => <Person who={`tutor:${tutor}`} /> },
    { key: "students", label: text.columns.students, cell: students },
    ...asked,
    { key: "deadline", label: text.columns.deadline, order: by("deadline"), cell: (session) => <Deadline session={session} /> },
  ];
}

export function SessionTable({ queue, sessions, order, selection, more }: {
  queue: Queue; sessions: Session[]; order: string; selection: Selection | undefined; more: boolean;
}) {
  const found = more ? text.first_of(sessions.length) : text.found(sessions.length);
  return (
    <div class="desk-list">
      <Table caption={`${text.queues[queue]}: ${found}`} columns={columns_of(queue)} rows={sessions} row_key={({ id }) => id} order={order}
        sort={(next) => set_query({ order: next })} {...(selection ? { selection } : {})} />
    </div>
  );
}
