// Answering an invitation, and changing the answer.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import type { Session } from "../../api/client";
import { use_command } from "../../api/commands";
import { id_of } from "../../shell/identity";
import { Button } from "../../ui/button";
import { SendingNotice } from "../../ui/error_summary";
import { use_now } from "../../shell/clock";
import { Ask } from "../../ui/ask";
import { words } from "../../words";
import { part_of } from "./sort";

const text = words.student;
/** So long after its start an invitation asks who was there. */
const over_ms = 90 * 60_000;

/** Returns a sender of the student's answer, and how it goes with it. */
function use_answer(session: Session, who: string) {
  const sending = use_command(session);
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
  const past = Date.parse(session.starts_at) < use_now() - over_ms;
  const yes = past ? text.was_there : text.accept;
  const no = past ? text.was_not_there : text.decline;
  return (
    <>
      <div class="actions">
        <Button kind="main" busy={accepting} label={text.about(yes, session.course)} onClick={() => void answer(true)}>{yes}</Button>
        <Button busy={declining} label={text.about(no, session.course)} onClick={() => void answer(false)}>{no}</Button>
      </div>
      <SendingNotice sending={sending} />
    </>
  );
}

/** Changes an answer that was given, where that can be. */
export function OtherAnswer({ session, who }: { session: Session; who: string }) {
  const { sending, answer } = use_answer(session, who);
  const [asking, set_asking] = useState(false);
  const now = use_now();
  const part = part_of(session, id_of(who));
  if (session.state !== "scheduled" || !part) return null;
  const begun = Date.parse(session.starts_at) <= now;
  const declined = part.status === "declined";
  if (!declined && (part.status !== "going" || part.in_call)) return null;
  const send = async () => { if (await answer(declined)) set_asking(false); };
  const not = begun ? text.not_there : text.cannot_come;
  if (declined) {
    const after_all = begun ? text.there_after_all : text.after_all;
    return (
      <>
        <Button busy={sending.busy} label={text.about(after_all, session.course)} onClick={send}>{after_all}</Button>
        <SendingNotice sending={sending} />
      </>
    );
  }
  return (
    <>
      {asking ? (
        <Ask question={begun ? text.not_there_ask : text.cannot_come_ask} hint={text.cannot_come_hint}
          yes={begun ? text.not_there_sure : text.cannot_come_sure} no={begun ? text.there_keep : text.cannot_come_keep}
          busy={sending.busy} confirm={send} keep={() => { sending.stop(); set_asking(false); }} />
      ) : <Button kind="quiet" busy={sending.busy} label={text.about(not, session.course)} onClick={() => set_asking(true)}>{not}</Button>}
      <SendingNotice sending={sending} />
    </>
  );
}
