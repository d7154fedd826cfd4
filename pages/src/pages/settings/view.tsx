// Where and when mail reaches somebody, and of what none is wanted.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { Problem, type Schemas, get, put } from "../../api/client";
import { use_data } from "../../api/data";
import { actor } from "../../shell/identity";
import { Button } from "../../ui/button";
import { Check } from "../../ui/choice";
import { ErrorSummary, problem_text } from "../../ui/error_summary";
import { TextField } from "../../ui/field";
import { Shown } from "../../ui/shown";
import { Time, viewers_zone } from "../../ui/time";
import { words } from "../../words";

const text = words.settings;
type Person = Schemas["Person"];
type Kind = Schemas["MutedKind"];

const kinds_of: Record<"tutor" | "student", Kind[]> = {
  tutor: [
    "tutor_recap_due", "tutor_recap_reminder", "tutor_remind_student", "session_completed", "support_reopened",
    "support_denied", "session_cancelled", "session_voided", "session_disputed", "dispute_decided",
  ],
  student: [
    "student_recap_request", "student_recap_reminder", "session_cancelled", "session_voided", "session_disputed",
    "dispute_decided",
  ],
};

/** Returns the field that a sentence of the engine is about. */
const field_of = (sentence: string): string => (sentence.startsWith("timezone") ? "timezone" : "address");

function Form({ person, saved }: { person: Person; saved: (now: Person) => void }) {
  const [address, set_address] = useState(person.address ?? "");
  const [timezone, set_timezone] = useState(person.timezone ?? "");
  const [mute, set_mute] = useState<Kind[]>(person.mute ?? []);
  const [busy, set_busy] = useState(false);
  const [error, set_error] = useState<{ field: string; text: string } | null>(null);
  const [done, set_done] = useState(false);
  const send = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    set_busy(true);
    set_error(null);
    set_done(false);
    const changed = address !== (person.address ?? "") || person.unreachable !== undefined;
    try {
      saved(await put("/v1/people/{who}", {
        path: { who: person.who },
        body: { ...(changed ? { address: address || null } : {}), timezone: timezone || null, mute },
      }));
      set_done(true);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      set_error({ field: field_of(problem.detail), text: problem_text(problem) });
    }
    set_busy(false);
  };
  const wrong = (field: string) => (error?.field === field ? error.text : undefined);
  return (
    <form onSubmit={(event) => void send(event)} noValidate>
      <ErrorSummary errors={error ? [error] : []} />
      {person.unreachable ? (
        <div class="notice warning">
          <p>{text.unreachable} <Time at={person.unreachable.since} zone={viewers_zone()} />. {text.unreachable_do}</p>
        </div>
      ) : null}
      <TextField id="address" label={text.address} hint={text.address_hint} value={address} change={set_address}
        autocomplete="email" error={wrong("address")} />
      <TextField id="timezone" label={text.timezone} hint={text.timezone_hint(viewers_zone())} value={timezone}
        change={set_timezone} error={wrong("timezone")} />
      <fieldset class="choice">
        <legend>{text.wanted}</legend>
        <p class="hint">{text.wanted_hint}</p>
        <div class="options">
          {kinds_of[person.who.startsWith("student:") ? "student" : "tutor"].map((kind) => (
            <Check key={kind} id={`kind-${kind}`} label={text.kinds[kind]} value={!mute.includes(kind)}
              change={(on) => set_mute(on ? mute.filter((one) => one !== kind) : [...mute, kind])} />
          ))}
        </div>
      </fieldset>
      <Button submit busy={busy}>{text.save}</Button>
      <p role="status">{done ? text.saved : null}</p>
    </form>
  );
}

export default function Settings() {
  const who = actor("tutor", "student") ?? "";
  const [now, set_now] = useState<Person | null>(null);
  const loaded = use_data(`settings ${who}`, (signal) => get("/v1/people/{who}", { path: { who }, signal }));
  return (
    <>
      <h1 tabIndex={-1}>{text.title}</h1>
      <p>{text.intro}</p>
      <Shown of={loaded}>{(person) => <Form person={now ?? person} saved={set_now} />}</Shown>
    </>
  );
}
