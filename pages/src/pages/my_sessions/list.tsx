// A tutor's sessions: what waits for them first, then what is coming, then what is done.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../../api/client";
import { read_sessions, use_pages } from "../../api/paging";
import { of_any } from "../../live/stream";
import { actor, id_of } from "../../shell/identity";
import { Button } from "../../ui/button";
import { Empty, Shown } from "../../ui/shown";
import { Steady } from "../../ui/steady";
import { words } from "../../words";
import { SessionCard } from "./card";
import { sorted_in } from "./sort";
import { use_now } from "../../shell/clock";

const text = words.my_sessions;

function Section({ title, nothing, sessions }: { title: string; nothing: string; sessions: Session[] }) {
  return (
    <section>
      <h2>{title}</h2>
      <Steady items={sessions} item_key={(session) => session.id}>
        {(shown) => shown.length === 0 ? <Empty>{nothing}</Empty> : (
          <ul class="cards">{shown.map((session) => <li key={session.id}><SessionCard session={session} /></li>)}</ul>
        )}
      </Steady>
    </section>
  );
}

export default function MySessions() {
  const tutor = actor("tutor") ?? "";
  const now = use_now();
  const found = use_pages(`sessions ${tutor}`, 100, (most, signal) =>
    read_sessions({ tutor: id_of(tutor), order: "-starts_at" }, most, signal), of_any);
  return (
    <>
      <h1 tabIndex={-1}>{text.title}</h1>
      <Shown of={found}>
        {({ items }) => {
          const { waiting, upcoming, done } = sorted_in(items, now);
          return (
            <>
              <Section title={text.waiting} nothing={text.nothing_waiting} sessions={waiting} />
              <Section title={text.upcoming} nothing={text.nothing_upcoming} sessions={upcoming} />
              <Section title={text.done} nothing={text.nothing_done} sessions={done} />
              {found.more ? <Button onClick={found.more}>{words.ui.more}</Button> : null}
            </>
          );
        }}
      </Shown>
    </>
  );
}
