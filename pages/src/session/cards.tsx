// Lists of somebody's own sessions, a card each: those of a tutor and of a student.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import type { Session } from "../api/client";
import { type SessionQuery, read_sessions, use_pages } from "../api/paging";
import { of_any } from "../live/stream";
import { href } from "../shell/router";
import { Button } from "../ui/button";
import { Empty, Shown } from "../ui/shown";
import { Steady } from "../ui/steady";
import { Time } from "../ui/time";
import { words } from "../words";

interface CardsProps {
  title: string;
  /** What is said where there are none. */
  nothing: string;
  /** How many are said to be there, in place of all. */
  count?: number;
  /** Draws one. */
  card: (session: Session) => ComponentChildren;
}

export function Cards({ title, nothing, card, sessions, count = sessions.length }: CardsProps & { sessions: Session[] }) {
  return (
    <section>
      <h2>{title}{count ? ` (${count})` : ""}</h2>
      <Steady items={sessions} item_key={(session) => session.id}>
        {(shown) => shown.length === 0 ? <Empty>{nothing}</Empty> : (
          <ul class="cards">{shown.map((session) => <li key={session.id}>{card(session)}</li>)}</ul>
        )}
      </Steady>
    </section>
  );
}

/** Those of a query that are not open, the newest first, and more when asked. `newcomer`
 * stands where the query has none at all. */
export function PastCards({ query, is_open, newcomer, ...drawn }: CardsProps & {
  query: SessionQuery; is_open: (session: Session) => boolean; newcomer: ComponentChildren;
}) {
  const found = use_pages(`past ${JSON.stringify(query)}`, 50, (most, signal) =>
    read_sessions({ ...query, order: "-starts_at" }, most, signal), of_any);
  return (
    <Shown of={found}>
      {({ items }) => (
        <>
          <Cards {...drawn} sessions={items.filter((session) => !is_open(session))} />
          {items.length === 0 ? newcomer : null}
          {found.more ? <Button onClick={found.more}>{words.ui.more}</Button> : null}
        </>
      )}
    </Shown>
  );
}

/** A session's card: its course, which leads to its page, its state, when, where, with whom. */
export function Card({ session, badge, people, children }: {
  session: Session; badge: ComponentChildren; people: ComponentChildren; children: ComponentChildren;
}) {
  return (
    <article class="card" data-session={session.id}>
      <h3><a href={href(`/sessions/${session.id}`)}><bdi>{session.course}</bdi></a> {badge}</h3>
      <p><Time at={session.starts_at} zone={session.timezone} /></p>
      <p>{words.modalities[session.modality]} · {people}</p>
      {children}
    </article>
  );
}
