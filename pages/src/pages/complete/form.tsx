// The form: who was there, the minutes, the recap, and why it cannot be sent yet.
// SPDX-License-Identifier: Apache-2.0
import { use_command, type Outcome } from "../../api/commands";
import type { Recap, Session } from "../../api/client";
import { use_draft } from "../../drafts/drafts";
import { RecapFields, empty_recap, recap_parts, recap_trouble, troubled_part } from "../../recap/fields";
import { Participants } from "../../session/participants";
import { pay_of } from "../../session/pay";
import { Button } from "../../ui/button";
import { Check } from "../../ui/choice";
import { ErrorSummary, type FormError, NotSent, SendingNotice, lead_to, use_check } from "../../ui/error_summary";
import { money_text } from "../../ui/money";
import { use_now } from "../../shell/clock";
import { minutes_text } from "../../ui/time";
import { words } from "../../words";
import type { Facts } from "./complete";
import { Minutes } from "./minutes";
import { Unable, is_final } from "./unable";

const text = words.complete;

interface Draft extends Recap {
  minutes: number | null;
  /** Null until the tutor said so: then as the call is. */
  leave_call: boolean | null;
}

const empty: Draft = { ...empty_recap, minutes: null, leave_call: null };

const recap_of = (draft: Draft): Recap =>
  Object.fromEntries(recap_parts.map((part) => [part, draft[part]])) as unknown as Recap;

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
  if (trouble) errors.push({ field: troubled_part(recap), text: trouble });
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

/** What support would be shown of these minutes, but for their rounding: it may be a slip. */
function Doubts({ session, minutes, step }: { session: Session; minutes: number | null; step: number }) {
  const since = Math.floor((use_now() - Date.parse(session.starts_at)) / 60_000);
  if (minutes === null) return null;
  const together = session.suggested_minutes;
  const doubts = [
    ...(since >= 0 && minutes >= since + step ? [text.before_end(minutes_text(since), minutes_text(minutes))] : []),
    ...(together !== null && minutes > together ? [text.longer_than_call(minutes_text(together), minutes_text(minutes))] : []),
  ];
  if (doubts.length === 0) return null;
  return <div class="notice warning" role="status" id="doubts">{doubts.map((doubt) => <p key={doubt}>{doubt}</p>)}</div>;
}

export function CompleteForm({ facts, tutor, reload }: { facts: Facts; tutor: string; reload: () => void }) {
  const form = use_form(facts, tutor);
  const { session, draft, eligibility, logged, minutes } = form;
  const sending = use_command(session);
  const check = use_check(() => troubles_of(form));
  const refusals = logged ? [] : eligibility.refusals;
  const submit = async (event: Event) => {
    event.preventDefault();
    if (refusals.length) {
      reload(); // perhaps it is otherwise by now
      return lead_to(event, "unable");
    }
    if (!check.passes()) return;
    if (await send(form, tutor, sending)) draft.taken();
    reload();
  };
  if (is_final(refusals)) return <Unable session={session} tutor={tutor} refusals={refusals} />;
  return (
    <form onSubmit={submit} noValidate>
      {draft.restored ? <p class="hint">{text.draft_restored}</p> : null}
      <ErrorSummary {...check} />
      <Unable session={session} tutor={tutor} refusals={refusals} />
      <h2>{text.who}</h2>
      <Participants session={session} tutor={tutor} changed={reload} />
      {logged ? <p>{text.time_is_logged(minutes_text(session.minutes ?? 0))}</p> : (
        <Minutes session={session} eligibility={eligibility} minutes={minutes} error={check.error("minutes")}
          change={(value) => draft.change({ minutes: value })} />
      )}
      {form.in_call && !logged ? (
        <Check id="leave_call" label={text.leave_call} hint={text.leave_call_hint} value={form.leave_call}
          change={(leave_call) => draft.change({ leave_call })} />
      ) : null}
      <h2>{text.recap}</h2>
      <p class="hint">{text.recap_hint}</p>
      <RecapFields role="tutor" recap={form.recap} rules={eligibility.rules} error={check.error}
        disabled={sending.busy} change={(part) => draft.change(part)} />
      <SendingNotice sending={sending} title={text.unable} />
      <Doubts session={session} minutes={logged ? null : minutes} step={eligibility.rules.step_minutes} />
      {minutes && refusals.length === 0 && session.rate_per_hour !== null ? (
        <p>{text.before(minutes_text(minutes), money_text(pay_of(minutes, session.rate_per_hour), session.currency))}</p>
      ) : null}
      <Button kind="main" submit busy={sending.busy}>{form.leave_call && !logged ? text.send_and_leave : text.send}</Button>
      <NotSent errors={check.errors} />
    </form>
  );
}
