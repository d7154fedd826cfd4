// Changing a session that is scheduled: who is invited, and whether it takes place.
// SPDX-License-Identifier: Apache-2.0
import { useRef, useState } from "preact/hooks";
import type { Session } from "../../api/client";
import { use_command } from "../../api/commands";
import { Participants } from "../../session/participants";
import { ShareLink } from "../../session/share";
import { ids_trouble, is_id } from "../../session/student_ids";
import { go, href, set_query } from "../../shell/router";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { SendingNotice, lead_to, use_check } from "../../ui/error_summary";
import { TextField } from "../../ui/field";
import { Time } from "../../ui/time";
import { words } from "../../words";

const text = words.change_session;

/** Returns why this student cannot be invited, or undefined. */
function invite_trouble(session: Session, student: string): string | undefined {
  if (!is_id(student)) return ids_trouble(student) ?? text.invite_missing;
  const status = session.participants.find((one) => one.student === student)?.status;
  return status === "invited" || status === "going" ? text.already[status](student) : undefined;
}

function Invite({ session, tutor }: { session: Session; tutor: string }) {
  const [student, set_student] = useState("");
  const sending = use_command(session);
  const check = use_check(() => {
    const trouble = invite_trouble(session, student.trim());
    return trouble ? [{ field: "invite", text: trouble }] : [];
  });
  const submit = async (event: Event) => {
    event.preventDefault();
    if (sending.busy) return;
    if (!check.passes()) return document.getElementById("invite")?.focus();
    const outcome = await sending.send({
      type: "recapd.participant.invite", subject: session.id, as: tutor, data: { student: student.trim() } });
    if (outcome) set_student("");
  };
  return (
    <form onSubmit={submit} noValidate>
      <TextField id="invite" label={text.invite} hint={text.invite_hint} value={student} change={set_student}
        error={check.error("invite")} />
      <SendingNotice sending={sending} />
      <Button submit busy={sending.busy}>{text.invite_now}</Button>
    </form>
  );
}

function Cancel({ session, tutor, close }: { session: Session; tutor: string; close: () => void }) {
  const [reason, set_reason] = useState("");
  const anew = useRef(false);
  const sending = use_command();
  const check = use_check(() => (reason.trim() ? [] : [{ field: "reason", text: text.reason_missing }]));
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!check.passes()) return document.getElementById("reason")?.focus();
    const outcome = await sending.send({
      type: "recapd.session.cancel", subject: session.id, as: tutor, data: { reason: reason.trim() } });
    if (!outcome) return;
    close();
    if (anew.current) go(href("/schedule", { like: session.id }));
    else set_query({ cancelled: session.id });
  };
  return (
    <form onSubmit={submit} noValidate>
      <p class="hint">{text.not_moved}</p>
      <TextField id="reason" label={text.reason} hint={text.reason_hint} value={reason} change={set_reason}
        error={check.error("reason")} disabled={sending.busy} />
      <SendingNotice sending={sending} />
      <div class="actions">
        <Button kind="danger" submit busy={sending.busy} onClick={() => { anew.current = false; }}>{text.cancel}</Button>
        <Button submit disabled={sending.busy} onClick={() => { anew.current = true; }}>{text.cancel_anew}</Button>
      </div>
    </form>
  );
}

export function Change({ session, tutor, close }: { session: Session; tutor: string; close: () => void }) {
  const waits = session.participants.some(({ status }) => status === "invited");
  return (
    <Dialog id="change" title={text.title(session.course)} close={close}>
      <p><Time at={session.starts_at} zone={session.timezone} named /> · {words.modalities[session.modality]}</p>
      <p><a href="#reason" onClick={(event) => lead_to(event, "reason")}>{text.cancel}</a></p>
      <h3>{text.who}</h3>
      <Participants session={session} tutor={tutor} />
      {waits ? <><p>{text.share}</p><ShareLink session={session} /></> : null}
      <Invite session={session} tutor={tutor} />
      <h3>{text.cancel}</h3>
      <Cancel session={session} tutor={tutor} close={close} />
    </Dialog>
  );
}
