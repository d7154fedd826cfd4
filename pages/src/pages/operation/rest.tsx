// What goes out: receivers and where they stand, dead letters; and the policy in force.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { href, page_of } from "../../shell/router";
import { Badge } from "../../ui/badge";
import { Person } from "../../ui/person";
import { Empty } from "../../ui/shown";
import { Time, viewers_zone } from "../../ui/time";
import { Table } from "../../ui/table";
import { words } from "../../words";
import type { Receiver, Rest } from "./read";

const text = words.operation;

function Standing({ of }: { of: Receiver }) {
  if (of.held_sessions) return <Badge tone="bad">{text.waits(of.held_sessions)}</Badge>;
  return of.behind ? <Badge tone="waiting">{text.catches_up}</Badge> : <Badge tone="good">{text.has_all}</Badge>;
}

/** Links to a session where there is a page of it. */
function SessionLink({ id }: { id: string }) {
  const path = `/sessions/${encodeURIComponent(id)}`;
  return page_of(path) ? <a href={href(path)}><bdi>{id}</bdi></a> : <bdi>{id}</bdi>;
}

/** Stays as it was opened, while one that is tried again is none of them for a moment. */
function Held({ receiver }: { receiver: Receiver }) {
  const [open, set_open] = useState(false);
  if (!receiver.held?.length) return null;
  return (
    <details open={open} onToggle={(event) => set_open(event.currentTarget.open)}>
      <summary>{text.held_of(text.receivers[receiver.name], receiver.held.length)}</summary>
      <Table caption={text.held_caption} rows={receiver.held} row_key={({ session }) => session} columns={[
        { key: "session", label: text.session, cell: ({ session }) => <SessionLink id={session} /> },
        { key: "tries", label: text.tries, figure: true, cell: ({ tries }) => tries },
        { key: "next", label: text.next_try, cell: ({ next_try_at }) => <Time at={next_try_at} zone={viewers_zone()} /> },
      ]} />
    </details>
  );
}

function Receivers({ receivers }: { receivers: Receiver[] }) {
  const held_back = Math.max(0, ...receivers.map((one) => one.held_back));
  return (
    <section aria-labelledby="receivers">
      <h2 id="receivers">{text.receivers_title}</h2>
      {receivers.length === 0 ? <Empty>{text.no_receivers}</Empty> : (
        <Table caption={text.receivers_caption} rows={receivers} row_key={({ name }) => name} columns={[
          { key: "name", label: text.receiver, cell: ({ name }) => text.receivers[name] },
          { key: "standing", label: text.state, cell: (one) => <Standing of={one} /> },
          { key: "behind", label: text.yet_to_get, figure: true, cell: ({ behind }) => text.at_most(behind) },
          { key: "held_back", label: text.held_back, figure: true, cell: (one) => text.at_most(one.held_back) },
        ]} />
      )}
      {receivers.some(({ held_sessions }) => held_sessions) ? <p class="hint">{text.waits_hint}</p> : null}
      {held_back ? <div class="notice warning"><p>{text.held_back_hint}</p></div> : null}
      {receivers.map((one) => <Held key={one.name} receiver={one} />)}
    </section>
  );
}

function Letters({ rest }: { rest: Rest }) {
  return (
    <section aria-labelledby="letters">
      <h2 id="letters">{text.letters}</h2>
      {rest.letters === 0 ? <Empty>{text.no_letters}</Empty> : (
        <>
          <Table caption={text.letters_caption(rest.oldest.length, rest.letters)} rows={rest.oldest} row_key={({ id }) => String(id)} columns={[
            { key: "direction", label: text.letter, cell: ({ direction, id }) => `${id}: ${text.directions[direction]}` },
            { key: "reason", label: text.why, cell: ({ reason, code }) => <><bdi>{reason}</bdi> <small>{code}</small></> },
            { key: "at", label: text.since, cell: ({ at }) => <Time at={at} zone={viewers_zone()} /> },
          ]} />
          {page_of("/desk") ? <p><a href={href("/desk", { queue: "dead_letters" })}>{text.letters_desk}</a></p> : null}
        </>
      )}
    </section>
  );
}

export function RestOf({ rest }: { rest: Rest }) {
  const { policy } = rest;
  return (
    <>
      <Receivers receivers={rest.receivers} />
      <Letters rest={rest} />
      {policy ? (
        <section aria-labelledby="policy">
          <h2 id="policy">{text.policy}</h2>
          <p>
            {text.version(policy.version)}, <Time at={policy.at} zone={viewers_zone()} />
            {policy.by ? <>, {text.by} <Person who={policy.by} /></> : null}
            {policy.note ? <>: <bdi>{policy.note}</bdi></> : null}
          </p>
          {page_of("/policy") ? <p><a href={href("/policy")}>{text.policy_page}</a></p> : null}
        </section>
      ) : null}
    </>
  );
}
