// A dispute: its tutor, or a student who goes, says what is wrong; support decides.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Session } from "../api/client";
import { type Order, preview, use_command } from "../api/commands";
import { use_data } from "../api/data";
import { of_session } from "../live/stream";
import { id_of } from "../shell/identity";
import { Button } from "../ui/button";
import { SendingNotice, use_check } from "../ui/error_summary";
import { TextArea } from "../ui/field";
import { Shown } from "../ui/shown";
import { words } from "../words";

const text = words.wrong;

/** Whether it can be disputed, as far as its state and its people say: the engine knows
 * who did so before. */
export const disputable = (session: Session, who: string): boolean =>
  (session.state === "awaiting_student_recap" || session.state === "completed")
  && (who === `tutor:${session.tutor}`
    || session.participants.some(({ student, status }) => status === "going" && who === `student:${student}` && student === id_of(who)));

const order_of = (session: Session, who: string, reason: string): Order<"recapd.session.dispute"> =>
  ({ type: "recapd.session.dispute", subject: session.id, as: who, data: { reason } });

function Form({ session, who }: { session: Session; who: string }) {
  const [reason, set_reason] = useState("");
  const sending = use_command(session);
  const field = `dispute-${session.id}`;
  const check = use_check(() => (reason.trim() ? [] : [{ field, text: text.reason_missing }]));
  const submit = async (event: Event) => {
    event.preventDefault();
    if (sending.busy) return;
    if (!check.passes()) return document.getElementById(field)?.focus();
    await sending.send(order_of(session, who, reason.trim()));
  };
  return (
    <form onSubmit={submit} noValidate>
      {session.state === "awaiting_student_recap" && who.startsWith("student:") ? <p>{text.no_recap}</p> : null}
      <p>{text.dispute}</p>
      <TextArea id={field} label={text.reason} hint={text.reason_hint} rows={3} value={reason} change={set_reason}
        error={check.error(field)} />
      <SendingNotice sending={sending} />
      <Button kind="danger" submit busy={sending.busy}>{text.send}</Button>
    </form>
  );
}

/** Asks the engine whether they can, and offers it; `otherwise` is what is left to them. */
export function Dispute({ session, who, otherwise }: { session: Session; who: string; otherwise: ComponentChildren }) {
  const found = use_data(`dispute ${session.id} ${who}`,
    (signal) => preview(order_of(session, who, "?") as Order, signal), of_session(session.id));
  return (
    <Shown of={found}>
      {({ outcome }) => (outcome === "accepted" ? <Form session={session} who={who} /> : <><p>{text.once}</p>{otherwise}</>)}
    </Shown>
  );
}
