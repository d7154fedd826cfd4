// A student's sessions: recaps that they owe first, then invitations, then what is ahead,
// then what they have written.
// SPDX-License-Identifier: Apache-2.0
import { useMemo } from "preact/hooks";
import { use_data } from "../../api/data";
import { of_any } from "../../live/stream";
import { Cards, PastCards } from "../../session/cards";
import { actor, id_of } from "../../shell/identity";
import { Shown } from "../../ui/shown";
import { words } from "../../words";
import { StudentCard } from "./card";
import { Newcomer } from "../my_sessions/first";
import { Kept, is_open, kind_of_invitation, read_open } from "./sort";

const text = words.student;

function OpenSessions({ who, kept }: { who: string; kept: Kept }) {
  const student = id_of(who);
  const found = use_data(`student open ${who}`, (signal) => read_open(student, kept, signal), of_any);
  return (
    <Shown of={found}>
      {({ owed, invited, ahead }) => (
        <>
          <Cards title={text.owed} nothing={text.nothing_owed} sessions={owed}
            card={(session) => <StudentCard session={session} who={who} kind="owed" />} />
          {invited.length ? (
            <Cards title={text.invited} nothing="" sessions={invited}
              count={invited.filter((session) => kind_of_invitation(session, student) === "invited").length}
              card={(session) => <StudentCard session={session} who={who} kind={kind_of_invitation(session, student)} />} />
          ) : null}
          <Cards title={text.ahead} nothing={text.nothing_ahead} sessions={ahead}
            card={(session) => <StudentCard session={session} who={who} kind="ahead" />} />
        </>
      )}
    </Shown>
  );
}

export default function StudentSessions() {
  const who = actor("student") ?? "";
  const student = id_of(who);
  const kept = useMemo(() => new Kept(student), [who]);
  return (
    <>
      <h1 tabIndex={-1}>{text.title}</h1>
      <OpenSessions who={who} kept={kept} />
      <PastCards title={text.past} nothing={text.nothing_past} query={{ student }}
        is_open={(session) => is_open(session, student, kept)}
        newcomer={<Newcomer sentences={text.how} />}
        card={(session) => <StudentCard session={session} who={who} kind="past" />} />
    </>
  );
}
