// Changing a session that is scheduled: who is invited, and whether it takes place.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import type { Session } from "../../api/client";
import { use_command } from "../../api/commands";
import { Participants } from "../../session/participants";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { SendingNotice } from "../../ui/error_summary";
import { TextField } from "../../ui/field";
import { words } from "../../words";

const text = words.change_session;
const is_id = (id: string) => /^[A-Za-z0-9_-]{1,64}$/.test(id);

function Invite({ session, tutor }: { session: Session; tutor: string }) {
  const [student, set_student] = useState("");
  const [error, set_error] = useState<string | undefined>();
  const sending = use_command();
  const submit = async (event: Event) => {
    event.preventDefault();
    const id = student.trim();
    set_error(is_id(id) ? undefined : words.shell.id_wrong);
    if (!is_id(id)) return document.getElementById("invite")?.focus();
    const outcome = await sending.send({
      type: "recapd.participant.invite", subject: session.id, as: tutor, data: { student: id } });
    if (outcome) set_student("");
  };
  return (
    <form onSubmit={submit} noValidate>
      <TextField id="invite" label={text.invite} hint={text.invite_hint} value={student} change={set_student}
        error={error} disabled={sending.busy} />
      <SendingNotice sending={sending} />
      <Button submit busy={sending.busy}>{text.invite_now}</Button>
    </form>
  );
}

function Cancel({ session, tutor, close }: { session: Session; tutor: string; close: () => void }) {
  const [reason, set_reason] = useState("");
  const [error, set_error] = useState<string | undefined>();
  const sending = use_command();
  const submit = async (event: Event) => {
    event.preventDefault();
    set_error(reason.trim() ? undefined : text.reason_missing);
    if (!reason.trim()) return document.getElementById("reason")?.focus();
    const outcome = await sending.send({
      type: "recapd.session.cancel", subject: session.id, as: tutor, data: { reason: reason.trim() } });
    if (outcome) close();
  };
  return (
    <form onSubmit={submit} noValidate>
      <TextField id="reason" label={text.reason} hint={text.reason_hint} value={reason} change={set_reason}
        error={error} disabled={sending.busy} />
      <SendingNotice sending={sending} />
      <Button kind="danger" submit busy={sending.busy}>{text.cancel_now}</Button>
    </form>
  );
}

export function Change({ session, tutor, close }: { session: Session; tutor: string; close: () => void }) {
  return (
    <Dialog id="change" title={text.title(session.course)} close={close}>
      <h3>{text.who}</h3>
      <Participants session={session} tutor={tutor} />
      <Invite session={session} tutor={tutor} />
      <h3>{text.cancel}</h3>
      <Cancel session={session} tutor={tutor} close={close} />
    </Dialog>
  );
}
