// Asking support for an update of a missed session.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../api/client";
import { use_command } from "../api/commands";
import { use_draft } from "../drafts/drafts";
import { Button } from "../ui/button";
import { SendingNotice, use_check } from "../ui/error_summary";
import { TextArea } from "../ui/field";
import { words } from "../words";

const text = words.ask_support;

export function AskSupport({ session, tutor, asked, done }: {
  session: Session; tutor: string; asked: boolean; done: () => void;
}) {
  const draft = use_draft(tutor, `ask:${session.id}`, { message: "" });
  const sending = use_command(session);
  const check = use_check(() => (draft.value.message.trim() ? [] : [{ field: "message", text: text.missing }]));
  if (asked) return <div class="notice good"><p>{text.asked}</p></div>;
  const submit = async (event: Event) => {
    event.preventDefault();
    const message = draft.value.message.trim();
    if (!check.passes()) return document.getElementById("message")?.focus();
    const outcome = await sending.send({
      type: "recapd.support.request", subject: session.id, as: tutor, data: { message } });
    if (outcome) { draft.taken(); done(); }
  };
  return (
    <form onSubmit={submit} noValidate>
      <TextArea id="message" label={text.message} hint={text.hint} error={check.error("message")}
        value={draft.value.message} change={(message) => draft.change({ message })} disabled={sending.busy} />
      <SendingNotice sending={sending} />
      <Button kind="main" submit busy={sending.busy}>{text.send}</Button>
    </form>
  );
}
