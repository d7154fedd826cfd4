// The form: who was there, the minutes, the recap, and why it cannot be sent yet.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "preact/hooks";
import { use_command, type Outcome } from "../../api/commands";
import type { Recap, Refusal } from "../../api/client";
import { use_draft } from "../../drafts/drafts";
import { RecapFields, empty_recap, recap_parts, recap_trouble } from "../../recap/fields";
import { Participants } from "../../session/participants";
import { pay_of } from "../../session/pay";
import { Button } from "../../ui/button";
import { Check } from "../../ui/choice";
import { ErrorSummary, type FormError, RefusalList, SendingNotice } from "../../ui/error_summary";
import { money_text } from "../../ui/money";
import { minutes_text } from "../../ui/time";
import { words } from "../../words";
import type { Facts } from "./complete";
import { Minutes } from "./minutes";

const text = words.complete;

interface Draft extends Recap {
  minutes: number | null;
  /** Null until the tutor said so: then as the call is. */
  leave_call: boolean | null;
}

const empty: Draft = { ...empty_recap, minutes: null, leave_call: null };

const recap_of = (draft: Draft): Recap =>
  Object.fromEntries(recap_parts.map((part) => [part, draft[part]])) as unknown as Recap;

/** All reasons why not, at once, before anything is sent. */
function Unable({ refusals }: { refusals: Refusal[] }) {
  if (refusals.length === 0) return null;
  return (
    <div class="notice warning" id="unable" role="status">
      <h2>{text.unable}</h2>
      <RefusalList refusals={refusals} />
    </div>
  );
}

function use_form(facts: Facts, tutor: string) {
  const { session } = facts;
  const draft = use_draft<Draft>(tutor, `complete:${session.id}`, empty);
  const in_call = session.modality === "online" && session.participants.some((one) => one.in_call);
  const leave_call = in_call && (draft.value.leave_call ?? true);
  const eligibility = leave_call ? facts.leaving : facts.staying;
  const logged = session.state === "time_logged";
  const minutes = logged ? session.minutes : draft.value.minutes ?? session.suggested_minutes;
  const recap = recap_of(draft.value);
  return { session, draft, in_call, leave_call, eligibility, logged, minutes, recap };
}

function troubles_of({ logged, minutes, recap, eligibility }: ReturnType<typeof use_form>): FormError[] {
  const errors: FormError[] = [];
  if (!logged && minutes === null) errors.push({ field: "minutes", text: text.minutes_missing });
  else if (!logged && eligibility.eligible && (minutes ?? 0) > eligibility.max_minutes)
    errors.push({ field: "minutes", text: text.minutes_over(minutes_text(eligibility.max_minutes)) });
  const trouble = recap_trouble(recap, eligibility.rules);
  if (trouble) errors.push({ field: "topics_covered", text: trouble });
  return errors;
}

/** Sends the minutes and the recap, or the recap alone where the time is logged. */
function send(form: ReturnType<typeof use_form>, tutor: string, sending: ReturnType<typeof use_command>): Promise<Outcome | null> {
  const { session, logged, minutes, recap, leave_call } = form;
  const order = { subject: session.id, as: tutor };
  if (logged) return sending.send({ ...order, type: "recapd.recap.submit", data: { recap } });
  return sending.send({
    ...order, type: "recapd.session.complete",
    data: { minutes: minutes ?? 0, recap, ...(leave_call ? { leave_call } : {}) },
  });
}

export function CompleteForm({ facts, tutor, reload }: { facts: Facts; tutor: string; reload: () => void }) {
  const form = use_form(facts, tutor);
  const { session, draft, eligibility, logged, minutes } = form;
  const sending = use_command();
  const [errors, set_errors] = useState<FormError[]>([]);
  const error = (field: string) => errors.find((one) => one.field === field)?.text;
  const refusals = logged ? [] : eligibility.refusals;
  useEffect(() => {
    if (errors.length) set_errors(troubles_of(form));
  }, [JSON.stringify(draft.value)]);
  const submit = async (event: Event) => {
    event.preventDefault();
    const found = troubles_of(form);
    set_errors(found);
    if (found.length) return;
    if (await send(form, tutor, sending)) draft.drop();
    reload();
  };
  return (
    <form onSubmit={submit} noValidate>
      {draft.restored ? <p class="hint">{text.draft_restored}</p> : null}
      <ErrorSummary errors={errors} />
      <Unable refusals={refusals} />
      <h2>{text.who}</h2>
      <Participants session={session} tutor={tutor} changed={reload} />
      {logged ? <p>{text.time_is_logged(minutes_text(session.minutes ?? 0))}</p> : (
        <Minutes session={session} eligibility={eligibility} minutes={minutes} error={error("minutes")}
          change={(value) => draft.change({ minutes: value })} />
      )}
      {form.in_call && !logged ? (
        <Check id="leave_call" label={text.leave_call} hint={text.leave_call_hint} value={form.leave_call}
          change={(leave_call) => draft.change({ leave_call })} />
      ) : null}
      <h2>{text.recap}</h2>
      <p class="hint">{text.recap_hint}</p>
      <RecapFields role="tutor" recap={form.recap} rules={eligibility.rules} error={error("topics_covered")}
        disabled={sending.busy} change={(part) => draft.change(part)} />
      <SendingNotice sending={sending} title={text.unable} />
      {minutes && session.rate_per_hour !== null ? (
        <p>{text.before(minutes_text(minutes), money_text(pay_of(minutes, session.rate_per_hour), session.currency))}</p>
      ) : null}
      <Button kind="main" submit busy={sending.busy}>{form.leave_call && !logged ? text.send_and_leave : text.send}</Button>
    </form>
  );
}
