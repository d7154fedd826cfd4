// The limits that count this session, and what it holds of them.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../../api/client";
import { use_data } from "../../api/data";
import { of_session } from "../../live/stream";
import { counted_minutes } from "../../session/pay";
import { Bar } from "../../ui/bars";
import { Person } from "../../ui/person";
import { minutes_text } from "../../ui/time";
import { words } from "../../words";
import { type Held, read_limits } from "./read";
import type { Viewer } from "./viewer";

const text = words.session;

function LimitBar({ session, held }: { session: Session; held: Held }) {
  const holds = counted_minutes(session) !== null;
  const pair = held.code === "pair-daily-limit";
  const of_this = !holds ? 0 : pair ? 1 : session.minutes ?? 0;
  const figure = pair ? text.sessions : minutes_text;
  return (
    <li>
      <Bar used={held.used} limit={held.limit} held={of_this} text={figure}
        label={<>{text.limits[held.code]}{held.student ? <> <Person who={`student:${held.student}`} /></> : null}</>} />
      {of_this ? <p class="hint">{text.held(figure(of_this))}</p> : null}
    </li>
  );
}

export function LimitBars({ session, viewer }: { session: Session; viewer: Viewer }) {
  const going = session.participants.filter(({ status }) => status === "going" || status === "invited").map(({ student }) => student);
  const theirs = viewer.staff || viewer.tutor ? going : going.filter((student) => student === viewer.student);
  const found = use_data(`limits ${session.id} ${theirs.join()}`, (signal) =>
    read_limits(session, theirs, viewer.staff || viewer.tutor, signal), of_session(session.id));
  if (!found.data || found.data.length === 0) return null;
  return (
    <section>
      <h2>{text.limits_title}</h2>
      <ul>
        {found.data.map((held) => <LimitBar key={held.code + (held.student ?? "")} session={session} held={held} />)}
      </ul>
    </section>
  );
}
