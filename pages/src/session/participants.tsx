// Who is in a session, and how the tutor takes one out who did not come.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import type { Schemas, Session } from "../api/client";
import { use_command } from "../api/commands";
import { use_now } from "../shell/clock";
import { Ask } from "../ui/ask";
import { Badge, type Tone } from "../ui/badge";
import { Button } from "../ui/button";
import { SendingNotice } from "../ui/error_summary";
import { Person, use_name } from "../ui/person";
import { words } from "../words";

type Participant = Schemas["Participant"];
const text = words.participants_list;
const tones: Record<Participant["status"], Tone> = { invited: "waiting", going: "good", declined: "ended", removed: "ended" };

function Row({ session, tutor, participant, changed }: {
  session: Session; tutor: string; participant: Participant; changed: (session: Session | null) => void;
}) {
  const { student, status, in_call } = participant;
  const [asking, set_asking] = useState(false);
  const removing = use_command(session);
  const begun = Date.parse(session.starts_at) <= use_now();
  const name = use_name(`student:${student}`) ?? student;
  // Who joined the call can be taken out by support only.
  const may_remove = session.state === "scheduled" && !in_call && (status === "invited" || status === "going");
  const remove = async () => {
    const outcome = await removing.send({
      type: "recapd.participant.remove", subject: session.id, as: tutor, data: { student } });
    if (outcome) changed(outcome.session);
  };
  return (
    <li>
      <p class="row">
        <span><Person who={`student:${student}`} /> <Badge tone={tones[status]}>{words.participants[status]}</Badge>
          {in_call ? <> <Badge tone="neutral">{text.in_call}</Badge></> : null}</span>
        {may_remove && !asking ? (
          <Button label={begun ? text.did_not_join_one(name) : text.remove_one(name)} onClick={() => set_asking(true)}>
            {begun ? text.did_not_join : text.remove}
          </Button>
        ) : null}
      </p>
      {may_remove && asking ? (
        <Ask question={text.remove_ask(name)} hint={text.remove_hint} yes={text.remove_sure} no={text.remove_not}
          busy={removing.busy} confirm={remove} keep={() => { removing.stop(); set_asking(false); }} />
      ) : null}
      <SendingNotice sending={removing} />
    </li>
  );
}

export function Participants({ session, tutor, changed = () => undefined }: {
  session: Session; tutor: string; changed?: (session: Session | null) => void;
}) {
  return (
    <ul class="participants">
      {session.participants.map((participant) => (
        <Row key={participant.student} session={session} tutor={tutor} participant={participant} changed={changed} />
      ))}
    </ul>
  );
}
