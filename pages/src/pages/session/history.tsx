// Every event, in order, as a sentence and as it is stored.
// SPDX-License-Identifier: Apache-2.0
import { role_of } from "../../shell/identity";
import { CopyButton } from "../../ui/copy";
import { Person } from "../../ui/person";
import { Table } from "../../ui/table";
import { Time, minutes_text } from "../../ui/time";
import { words } from "../../words";
import type { SessionEvent } from "./read";

const text = words.session;

function Details({ event }: { event: SessionEvent }) {
  switch (event.type) {
    case "participant.invited": case "participant.accepted": case "participant.declined":
    case "participant.removed": case "student_recap.submitted":
      return <Person who={`student:${event.data.student}`} />;
    case "call.joined": case "call.left":
      return <Person who={event.data.participant} />;
    case "time.logged":
      return <>{minutes_text(event.data.minutes)}{event.data.leave_call ? `, ${text.left_call}` : ""}</>;
    case "time.corrected":
      return <>{text.corrected(minutes_text(event.data.was), minutes_text(event.data.minutes))}: <q dir="auto">{event.data.note}</q></>;
    case "session.cancelled": case "session.disputed":
      return <q dir="auto">{event.data.reason}</q>;
    case "support.requested":
      return <q dir="auto">{event.data.message}</q>;
    case "session.reopened":
      return <>{text.reopened_for(event.data.hours)} <q dir="auto">{event.data.note}</q></>;
    case "session.update_denied": case "session.voided": case "session.upheld":
      return <q dir="auto">{event.data.note}</q>;
    case "reminder.sent":
      return <>{text.messages[event.data.kind]}</>;
    case "person.erased":
      return <bdi>{event.data.who}</bdi>;
    default:
      return null;
  }
}

function By({ who }: { who: string }) {
  if (who === "system:recapd") return <>{text.by_itself}</>;
  return <><Person who={who} /> <small>{words.roles[role_of(who)]}</small></>;
}

function Raw({ event }: { event: SessionEvent }) {
  const raw = JSON.stringify(event, null, 2);
  return (
    <details class="raw">
      <summary>{text.raw(event.seq)}</summary>
      <pre tabIndex={0}>{raw}</pre>
      <CopyButton copied={raw} label={text.copy_event(event.seq)}>{text.copy}</CopyButton>
    </details>
  );
}

function Events({ events, zone }: { events: SessionEvent[]; zone: string }) {
  return (
    <Table caption={text.history} rows={events} row_key={({ seq }) => String(seq)} columns={[
      { key: "seq", label: text.columns.seq, figure: true, cell: ({ seq }) => seq },
      { key: "at", label: text.columns.at, cell: ({ at }) => <Time at={at} zone={zone} /> },
      { key: "what", label: text.columns.what, cell: (event) => <>{text.events[event.type]} <Details event={event} /></> },
      { key: "by", label: text.columns.by, cell: ({ by }) => <By who={by} /> },
      { key: "raw", label: text.columns.raw, cell: (event) => <Raw event={event} /> },
    ]} />
  );
}

export function History({ events, zone }: { events: SessionEvent[]; zone: string }) {
  return (
    <section class="session-history">
      <h2>{text.history}</h2>
      <details>
        <summary>{text.history_caption(events.length)}</summary>
        <Events events={events} zone={zone} />
        <p class="actions"><CopyButton copied={JSON.stringify(events, null, 2)}>{text.copy_all}</CopyButton></p>
      </details>
    </section>
  );
}
