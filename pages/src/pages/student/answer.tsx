// Answering an invitation, and changing the answer.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import type { Session } from "../../api/client";
import { use_command } from "../../api/commands";
import { id_of } from "../../shell/identity";
import { Button } from "../../ui/button";
import { SendingNotice } from "../../ui/error_summary";
import { words } from "../../words";
import { part_of } from "./sort";

const text = words.student;

/** Returns a sender of the student's answer, and how it goes with it. */
function use_answer(session: Session, who: string) {
  const sending = use_command();
  const [going, set_going] = useState(true);
  const answer = (yes: boolean) => {
    set_going(yes);
    return sending.send({
      type: yes ? "recapd.participant.accept" : "recapd.participant.decline",
      subject: session.id, as: who, data: { student: id_of(who) } });
  };
  return { sending, answer, accepting: sending.busy && going, declining: sending.busy && !going };
}

/** Both answers to an invitation. */
export function Invitation({ session, who }: { session: Session; who: string }) {
  const { sending, answer, accepting, declining } = use_answer(session, who);
  return (
    <>
      <div class="actions">
        <Button kind="main" busy={accepting} label={text.about(text.accept, session.course)} onClick={() => void answer(true)}>{text.accept}</Button>
        <Button busy={declining} label={text.about(text.decline, session.course)} onClick={() => void answer(false)}>{text.decline}</Button>
      </div>
      <SendingNotice sending={sending} />
    </>
  );
}

/** Changes an answer that was given, where that can be. */
export function OtherAnswer({ session, who }: { session: Session; who: string }) {
  const { sending, answer } = use_answer(session, who);
  const [asking, set_asking] = useState(false);
  const part = part_of(session, id_of(who));
  if (session.state !== "scheduled" || !part) return null;
  const declined = part.status === "declined";
  if (!declined && (part.status !== "going" || part.in_call)) return null;
  const send = async () => { if (await answer(declined)) set_asking(false); };
  if (declined) {
    return (
      <>
        <Button busy={sending.busy} label={text.about(text.after_all, session.course)} onClick={send}>{text.after_all}</Button>
        <SendingNotice sending={sending} />
      </>
    );
  }
  return (
    <>
      {asking ? (
        <div class="ask">
          <p>{text.cannot_come_hint}</p>
          <div class="actions">
            <Button kind="danger" busy={sending.busy} onClick={send}>{text.cannot_come_sure}</Button>
            <Button onClick={() => { sending.stop(); set_asking(false); }}>{words.ui.cancel}</Button>
          </div>
        </div>
      ) : <Button kind="quiet" label={text.about(text.cannot_come, session.course)} onClick={() => set_asking(true)}>{text.cannot_come}</Button>}
      <SendingNotice sending={sending} />
    </>
  );
}
