// Who takes part, and what they wrote.
// SPDX-License-Identifier: Apache-2.0
import type { Recap, Session } from "../../api/client";
import { Badge, type Tone } from "../../ui/badge";
import { Person } from "../../ui/person";
import { words } from "../../words";
import type { Viewer } from "./viewer";

const text = words.session;

type Participant = Session["participants"][number];

const tones: Record<Participant["status"], Tone> = { invited: "waiting", going: "good", declined: "ended", removed: "ended" };

function RecapText({ who, recap }: { who: string; recap: Recap }) {
  const parts = (["topics_covered", "how_tutee_did", "next_steps"] as const).filter((part) => recap[part]);
  return (
    <details class="recap">
      <summary>{text.recap_of} <Person who={who} /></summary>
      <dl>
        {parts.map((part) => (
          <div key={part}><dt>{text.recap_parts[part]}</dt><dd dir="auto">{recap[part]}</dd></div>
        ))}
      </dl>
    </details>
  );
}

const owes: Session["state"][] = ["time_logged", "awaiting_student_recap", "disputed"];

function Student({ session, one, shows_recap }: { session: Session; one: Participant; shows_recap: boolean }) {
  const waits = shows_recap && one.status === "going" && !one.recap && owes.includes(session.state);
  return (
    <li>
      <p>
        <Person who={`student:${one.student}`} /> <Badge tone={tones[one.status]}>{words.participants[one.status]}</Badge>
        {one.in_call ? <> <Badge tone="neutral">{text.in_call}</Badge></> : null}
        {waits ? <> <Badge tone="waiting">{text.no_recap}</Badge></> : null}
      </p>
      {shows_recap && one.recap ? <RecapText who={`student:${one.student}`} recap={one.recap} /> : null}
    </li>
  );
}

export function People({ session, viewer }: { session: Session; viewer: Viewer }) {
  const tutor = `tutor:${session.tutor}`;
  return (
    <section>
      <h2>{text.people}</h2>
      <ul class="people">
        <li>
          <p>
            <Person who={tutor} /> <small>{words.roles.tutor}</small>
            {!session.tutor_recap && owes.includes(session.state) ? <> <Badge tone="waiting">{text.no_recap}</Badge></> : null}
          </p>
          {session.tutor_recap ? <RecapText who={tutor} recap={session.tutor_recap} /> : null}
        </li>
        {session.participants.map((one) => (
          <Student key={one.student} session={session} one={one}
            shows_recap={viewer.staff || viewer.tutor || viewer.student === one.student} />
        ))}
      </ul>
    </section>
  );
}
