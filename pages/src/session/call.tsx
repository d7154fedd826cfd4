// Joining and leaving a session's call.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { get, type Session } from "../api/client";
import { use_command } from "../api/commands";
import { use_data } from "../api/data";
import { of_session } from "../live/stream";
import { Button } from "../ui/button";
import { SendingNotice } from "../ui/error_summary";
import { Person } from "../ui/person";
import { words } from "../words";

/** Reads from its history whether somebody is in the call: a tutor's presence is not
 * part of the session. */
async function is_in_call(session: string, who: string, signal: AbortSignal): Promise<boolean> {
  let inside = false;
  for (let after: string | null = ""; after !== null;) {
    const page: { events: { type: string; data: object }[]; next: string | null } = await get(
      "/v1/sessions/{id}/history", { path: { id: session }, query: after ? { after } : {}, signal });
    for (const { type, data } of page.events) {
      if (type === "call.joined" && "participant" in data && data.participant === who) inside = true;
      if (type === "call.left" && "participant" in data && data.participant === who) inside = false;
    }
    after = page.next;
  }
  return inside;
}

export function Call({ session, who }: { session: Session; who: string }) {
  const found = use_data(`call ${session.id} ${session.version} ${who}`,
    (signal) => is_in_call(session.id, who, signal), of_session(session.id));
  const [before, set_before] = useState(false);
  const sending = use_command();
  const inside = found.data ?? before;
  const others = session.participants.filter(({ student, in_call }) => in_call && who !== `student:${student}`);
  const alone = who.startsWith("student:") ? null : words.call.nobody;
  const change = async () => {
    set_before(!inside);
    await sending.send({
      type: inside ? "recapd.call.leave" : "recapd.call.join", subject: session.id, as: who,
      data: { participant: who } });
    found.reload();
  };
  return (
    <div class="call">
      <p>
        {inside ? words.call.inside : words.call.outside}{" "}
        {others.length ? <>{words.call.others} {others.map(({ student }) => <Person key={student} who={`student:${student}`} />)}</> : alone}
      </p>
      {inside ? null : <p class="hint">{words.call.hint}</p>}
      <Button busy={sending.busy} onClick={change}>{inside ? words.call.leave : words.call.join}</Button>
      <SendingNotice sending={sending} />
    </div>
  );
}
