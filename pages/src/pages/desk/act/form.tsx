// What an action needs to know: hours, minutes, who was not there, and a note.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../../../api/client";
import { use_now } from "../../../shell/clock";
import { Button } from "../../../ui/button";
import { Check } from "../../../ui/choice";
import { ErrorSummary, use_check } from "../../../ui/error_summary";
import { TextArea, TextField } from "../../../ui/field";
import { Person } from "../../../ui/person";
import { Time, minutes_text, viewers_zone } from "../../../ui/time";
import { words } from "../../../words";
import { type Action, type Entries, absent_key, errors_of, removable } from "./actions";

const text = words.desk;

function Absent({ sessions, entries, change }: {
  sessions: Session[]; entries: Entries; change: (part: Partial<Entries>) => void;
}) {
  const toggle = (key: string) => (on: boolean) => {
    const absent = new Set(entries.absent);
    if (on) absent.add(key); else absent.delete(key);
    change({ absent });
  };
  return (
    <fieldset id="act-absent" class="choice" tabIndex={-1}>
      <legend>{text.who_was_absent}</legend>
      {sessions.map((session) => removable(session).map((student) => {
        const key = absent_key(session, student);
        return (
          <Check key={key} id={`absent-${session.id}.${student}`} value={entries.absent.has(key)} change={toggle(key)}
            label={<Person who={`student:${student}`} />} hint={<><bdi>{session.course}</bdi> <bdi>{session.id}</bdi></>} />
        );
      }))}
      {sessions.every((session) => removable(session).length === 0) ? <p>{text.nobody_to_remove}</p> : null}
    </fieldset>
  );
}

/** What a new window would mean. */
function Window({ sessions, hours }: { sessions: Session[]; hours: string }) {
  const now = use_now();
  const until = new Date(now + Number(hours) * 3_600_000);
  const zone = sessions[0]?.timezone ?? viewers_zone();
  const nobody = sessions.filter(({ participants }) => !participants.some(({ status }) => status === "going")).length;
  return (
    <>
      {Number(hours) >= 1 && Number(hours) <= 720
        ? <p role="status">{text.window_until} <strong><Time at={until.toISOString()} zone={zone} /></strong></p> : null}
      {nobody ? <p class="notice warning">{text.nobody_going(nobody)}</p> : null}
    </>
  );
}

/** The minutes that the sessions have now. */
function Present({ sessions }: { sessions: Session[] }) {
  const found = [...new Set(sessions.flatMap(({ minutes }) => (minutes === null ? [] : [minutes])))].sort((a, b) => a - b);
  return <p>{text.minutes_now} <strong>{found.map(minutes_text).join(", ")}</strong></p>;
}

export function ActForm({ action, sessions, entries, change, submit }: {
  action: Action; sessions: Session[]; entries: Entries; change: (part: Partial<Entries>) => void; submit: () => void;
}) {
  const { error, ...check } = use_check(() => errors_of(action, entries));
  const send = (event: Event) => {
    event.preventDefault();
    if (check.passes()) submit();
  };
  return (
    <form onSubmit={send} noValidate>
      <ErrorSummary {...check} />
      <p>{text.explained[action]}</p>
      {action === "reopen" ? (
        <TextField id="act-hours" type="number" label={text.hours} hint={text.hours_hint} value={entries.hours}
          change={(hours) => change({ hours })} error={error("act-hours")} />
      ) : null}
      {action === "reopen" ? <Window sessions={sessions} hours={entries.hours} /> : null}
      {action === "correct" ? (
        <Present sessions={sessions} />
      ) : null}
      {action === "correct" ? (
        <TextField id="act-minutes" type="number" label={text.minutes} hint={text.minutes_hint} value={entries.minutes}
          change={(minutes) => change({ minutes })} error={error("act-minutes")} />
      ) : null}
      {action === "remove" ? <Absent sessions={sessions} entries={entries} change={change} /> : (
        <TextArea id="act-note" label={text.note} hint={text.note_hint} rows={3} value={entries.note}
          change={(note) => change({ note })} error={error("act-note")} />
      )}
      <Button kind="main" submit>{text.preview}</Button>
    </form>
  );
}
