// A session in a tutor's list.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../../api/client";
import { use_now } from "../../shell/clock";
import { href } from "../../shell/router";
import { StateBadge } from "../../ui/badge";
import { LinkButton } from "../../ui/button";
import { Person } from "../../ui/person";
import { Time, span } from "../../ui/time";
import { words } from "../../words";

const text = words.my_sessions;

export function SessionCard({ session }: { session: Session }) {
  const now = use_now();
  const to_log = (session.state === "scheduled" && Date.parse(session.starts_at) <= now) || session.state === "time_logged";
  return (
    <article class="card" data-session={session.id}>
      <h3><bdi>{session.course}</bdi> <StateBadge state={session.state} /></h3>
      <p><Time at={session.starts_at} zone={session.timezone} /></p>
      <p>
        {words.modalities[session.modality]} · {text.with}{" "}
        {session.participants.filter(({ status }) => status !== "removed" && status !== "declined")
          .map(({ student }) => <Person key={student} who={`student:${student}`} />)}
      </p>
      {to_log ? (
        <p class="due">
          <strong>{text.deadline_in(span(Date.parse(session.deadline) - now))}</strong>{" "}
          <LinkButton kind="main" to={href(`/sessions/${session.id}/complete`)}>{text.log_now}</LinkButton>
        </p>
      ) : null}
    </article>
  );
}
