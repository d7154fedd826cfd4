// A student's sessions: recaps that they owe first, then invitations, then what is ahead,
// then what they have written.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentProps } from "preact";
import type { Session } from "../../api/client";
import { use_data } from "../../api/data";
import { read_sessions, use_pages } from "../../api/paging";
import { of_any } from "../../live/stream";
import { actor, id_of } from "../../shell/identity";
import { Button } from "../../ui/button";
import { Empty, Shown } from "../../ui/shown";
import { Steady } from "../../ui/steady";
import { words } from "../../words";
import { StudentCard } from "./card";
import { is_open, read_open } from "./sort";

const text = words.student;

function Cards({ title, nothing, sessions, who, kind }: {
  title: string; nothing: string; sessions: Session[]; who: string;
  kind: ComponentProps<typeof StudentCard>["kind"];
}) {
  return (
    <section>
      <h2>{title}{sessions.length ? ` (${sessions.length})` : ""}</h2>
      <Steady items={sessions} item_key={(session) => session.id}>
        {(shown) => shown.length === 0 ? <Empty>{nothing}</Empty> : (
          <ul class="cards">
            {shown.map((session) => (
              <li key={session.id}><StudentCard session={session} who={who} kind={kind} /></li>
            ))}
          </ul>
        )}
      </Steady>
    </section>
  );
}

function OpenSessions({ who }: { who: string }) {
  const found = use_data(`student open ${who}`, (signal) => read_open(id_of(who), signal), of_any);
  return (
    <Shown of={found}>
      {({ owed, invited, ahead }) => (
        <>
          <Cards title={text.owed} nothing={text.nothing_owed} sessions={owed} who={who} kind="owed" />
          {invited.length ? <Cards title={text.invited} nothing="" sessions={invited} who={who} kind="invited" /> : null}
          <Cards title={text.ahead} nothing={text.nothing_ahead} sessions={ahead} who={who} kind="ahead" />
        </>
      )}
    </Shown>
  );
}

function PastSessions({ who }: { who: string }) {
  const student = id_of(who);
  const found = use_pages(`student past ${who}`, 50, (most, signal) =>
    read_sessions({ student, order: "-starts_at" }, most, signal), of_any);
  return (
    <Shown of={found}>
      {({ items }) => (
        <>
          <Cards title={text.past} nothing={text.nothing_past} who={who} kind="past"
            sessions={items.filter((session) => !is_open(session, student))} />
          {found.more ? <Button onClick={found.more}>{words.ui.more}</Button> : null}
        </>
      )}
    </Shown>
  );
}

export default function StudentSessions() {
  const who = actor("student") ?? "";
  return (
    <>
      <h1 tabIndex={-1}>{text.title}</h1>
      <OpenSessions who={who} />
      <PastSessions who={who} />
    </>
  );
}
