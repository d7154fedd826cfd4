// A tutor's sessions: what waits for them first, then what is coming, then what is done.
// SPDX-License-Identifier: Apache-2.0
import { use_data } from "../../api/data";
import { of_any } from "../../live/stream";
import { Cards, PastCards } from "../../session/cards";
import { use_now } from "../../shell/clock";
import { actor, id_of } from "../../shell/identity";
import { href } from "../../shell/router";
import { LinkButton } from "../../ui/button";
import { Shown } from "../../ui/shown";
import { words } from "../../words";
import { SessionCard } from "./card";
import { JustChanged, Newcomer } from "./first";
import { is_open, most_open, read_open } from "./read";
import { sorted_in } from "./sort";
import { Week } from "./week";

const text = words.my_sessions;

function OpenSessions({ tutor }: { tutor: string }) {
  const now = use_now();
  const found = use_data(`open ${tutor}`, (signal) => read_open(id_of(tutor), signal), of_any);
  return (
    <Shown of={found}>
      {({ sessions, asked, more }) => {
        const { waiting, others, upcoming } = sorted_in(sessions, asked, now);
        return (
          <>
            {more ? <p class="hint">{text.first_of_each(most_open)}</p> : null}
            <Cards title={text.waiting} nothing={text.nothing_waiting} sessions={waiting}
              card={(session) => <SessionCard session={session} tutor={tutor} asked={asked.has(session.id)} />} />
            {others.length ? (
              <Cards title={text.waits_for_others} nothing="" sessions={others}
                card={(session) => <SessionCard session={session} tutor={tutor} asked={asked.has(session.id)} />} />
            ) : null}
            <Week tutor={id_of(tutor)} waiting={others.filter(({ state }) => state !== "disputed")} />
            <Cards title={text.upcoming} nothing={text.nothing_upcoming} sessions={upcoming}
              card={(session) => <SessionCard session={session} tutor={tutor} />} />
          </>
        );
      }}
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
      <JustChanged />
      <OpenSessions tutor={tutor} />
      <PastCards title={text.done} nothing={text.nothing_done} query={{ tutor: id_of(tutor) }} is_open={is_open}
        newcomer={<Newcomer sentences={text.how} />}
        card={(session) => <SessionCard session={session} tutor={tutor} />} />
    </>
  );
}
