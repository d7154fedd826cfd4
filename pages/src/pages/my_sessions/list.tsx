// A tutor's sessions: what waits for them first, then what is coming, then what is done.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../../api/client";
import { use_data } from "../../api/data";
import { read_sessions, use_pages } from "../../api/paging";
import { of_any } from "../../live/stream";
import { use_now } from "../../shell/clock";
import { actor, id_of } from "../../shell/identity";
import { href } from "../../shell/router";
import { Button, LinkButton } from "../../ui/button";
import { Empty, Shown } from "../../ui/shown";
import { Steady } from "../../ui/steady";
import { words } from "../../words";
import { SessionCard } from "./card";
import { is_open, read_open } from "./read";
import { sorted_in } from "./sort";
import { Week } from "./week";

const text = words.my_sessions;

function Cards({ title, nothing, sessions, tutor, asked }: {
  title: string; nothing: string; sessions: Session[]; tutor: string; asked?: Set<string>;
}) {
  return (
    <section>
      <h2>{title}{sessions.length ? ` (${sessions.length})` : ""}</h2>
      <Steady items={sessions} item_key={(session) => session.id}>
        {(shown) => shown.length === 0 ? <Empty>{nothing}</Empty> : (
          <ul class="cards">
            {shown.map((session) => (
              <li key={session.id}>
                <SessionCard session={session} tutor={tutor} asked={asked?.has(session.id) ?? false} />
              </li>
            ))}
          </ul>
        )}
      </Steady>
    </section>
  );
}

function OpenSessions({ tutor }: { tutor: string }) {
  const now = use_now();
  const found = use_data(`open ${tutor}`, (signal) => read_open(id_of(tutor), signal), of_any);
  return (
    <Shown of={found}>
      {({ sessions, asked }) => {
        const { waiting, upcoming } = sorted_in(sessions, now);
        return (
          <>
            <Cards title={text.waiting} nothing={text.nothing_waiting} sessions={waiting} tutor={tutor} asked={asked} />
            <Week tutor={id_of(tutor)} />
            <Cards title={text.upcoming} nothing={text.nothing_upcoming} sessions={upcoming} tutor={tutor} />
          </>
        );
      }}
    </Shown>
  );
}

function DoneSessions({ tutor }: { tutor: string }) {
  const found = use_pages(`done ${tutor}`, 50, (most, signal) =>
    read_sessions({ tutor: id_of(tutor), order: "-starts_at" }, most, signal), of_any);
  return (
    <Shown of={found}>
      {({ items }) => (
        <>
          <Cards title={text.done} nothing={text.nothing_done} tutor={tutor}
            sessions={items.filter((session) => !is_open(session))} />
          {found.more ? <Button onClick={found.more}>{words.ui.more}</Button> : null}
        </>
      )}
    </Shown>
  );
}

export default function MySessions() {
  const tutor = actor("tutor") ?? "";
  return (
    <>
      <div class="heading">
        <h1 tabIndex={-1}>{text.title}</h1>
        <LinkButton to={href("/schedule")}>{text.schedule}</LinkButton>
      </div>
      <OpenSessions tutor={tutor} />
      <DoneSessions tutor={tutor} />
    </>
  );
}
