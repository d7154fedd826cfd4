// What an action needs to know: hours, minutes, who was not there, and a note.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../../../api/client";
import { Button } from "../../../ui/button";
import { Check } from "../../../ui/choice";
import { ErrorSummary, use_check } from "../../../ui/error_summary";
import { TextArea, TextField } from "../../../ui/field";
import { Person } from "../../../ui/person";
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
