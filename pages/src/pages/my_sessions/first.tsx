// What a tutor is told who is new here, and who has just scheduled a session.
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from "preact/hooks";
import { type Session, get } from "../../api/client";
import { use_data } from "../../api/data";
import { of_session } from "../../live/stream";
import { ShareLink } from "../../session/share";
import { focus_is_free } from "../../shell/focus";
import { set_query, use_address } from "../../shell/router";
import { Button } from "../../ui/button";
import { Time } from "../../ui/time";
import { words } from "../../words";
import { RefusedStarts, series_of } from "../schedule/series";

const text = words.my_sessions;

/** How it goes, in a few sentences, for who has no session yet. */
export function Newcomer({ sentences }: { sentences: string[] }) {
  return (
    <section class="notice">
      <h2>{words.ui.how_it_goes}</h2>
      <ol class="how">{sentences.map((sentence) => <li key={sentence}>{sentence}</li>)}</ol>
    </section>
  );
}

function Scheduled({ id }: { id: string }) {
  const { data: session } = use_data(`scheduled ${id}`, (signal) =>
    get("/v1/sessions/{id}", { path: { id }, signal }), of_session(id));
  if (!session) return null;
  return <Banner session={session} />;
}

/** Takes the focus from the page's heading, so that it is read out. */
function Banner({ session }: { session: Session }) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (focus_is_free() || document.activeElement?.matches("h1")) box.current?.focus({ preventScroll: true });
  }, []);
  const cancelled = session.state === "cancelled";
  const series = cancelled ? undefined : series_of(session.id);
  const waits = session.participants.some(({ status }) => status === "invited");
  return (
    <section class="notice good" aria-labelledby="scheduled" tabIndex={-1} ref={box}>
      <h2 id="scheduled">{cancelled ? text.cancelled(session.course) : text.scheduled(session.course)}</h2>
      {series ? <p><strong>{text.scheduled_of(series.made, series.made + series.refused.length)}</strong></p> : null}
      <p>{series ? text.scheduled_first : null} <Time at={session.starts_at} zone={session.timezone} />.</p>
      {series ? <RefusedStarts refused={series.refused} zone={session.timezone} /> : null}
      {cancelled ? <p>{text.cancelled_told}</p> : waits ? <><p>{text.accept_first}</p><ShareLink session={session} /></> : null}
      <Button kind="quiet" onClick={() => set_query({ scheduled: undefined, cancelled: undefined })}>{words.ui.close}</Button>
    </section>
  );
}

/** Says that what was scheduled is, and what its students have to do; or that it is
 * cancelled. */
export function JustChanged() {
  const { query } = use_address();
  const id = query.get("cancelled") ?? query.get("scheduled");
  return id ? <Scheduled id={id} /> : null;
}
