// What a tutor is told who is new here, and who has just scheduled a session.
// SPDX-License-Identifier: Apache-2.0
import { get } from "../../api/client";
import { use_data } from "../../api/data";
import { of_session } from "../../live/stream";
import { ShareLink } from "../../session/share";
import { set_query, use_address } from "../../shell/router";
import { Button } from "../../ui/button";
import { Time } from "../../ui/time";
import { words } from "../../words";

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
  const waits = session.participants.some(({ status }) => status === "invited");
  return (
    <div class="notice good" role="status">
      <h2>{text.scheduled(session.course)}</h2>
      <p><Time at={session.starts_at} zone={session.timezone} />. {/-1$/.test(id) ? text.scheduled_series : null}</p>
      {waits ? <><p>{text.accept_first}</p><ShareLink session={session} /></> : null}
      <Button kind="quiet" onClick={() => set_query({ scheduled: undefined })}>{words.ui.close}</Button>
    </div>
  );
}

/** Says that what was scheduled is, and what its students have to do. */
export function JustScheduled() {
  const id = use_address().query.get("scheduled");
  return id ? <Scheduled id={id} /> : null;
}
