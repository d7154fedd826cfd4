// A session in a student's list: what it is, and what waits for them.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../../api/client";
import { device } from "../../storage";
import { Call } from "../../session/call";
import { Card } from "../../session/cards";
import { RecapText } from "../../recap/text";
import { use_now } from "../../shell/clock";
import { id_of } from "../../shell/identity";
import { href } from "../../shell/router";
import { Badge, StateBadge } from "../../ui/badge";
import { LinkButton } from "../../ui/button";
import { Person } from "../../ui/person";
import { Distance, minutes_text } from "../../ui/time";
import { words } from "../../words";
import { Invitation, OtherAnswer } from "./answer";
import { part_of } from "./sort";

const text = words.student;
const call_before_ms = 3_600_000;

/** What is left of time: what happens by itself next, and when. */
function Left({ session }: { session: Session }) {
  const { next_timer, next_timer_kind } = session;
  const sentence = next_timer_kind ? text.left[next_timer_kind] : undefined;
  return (
    <p class="due">
      {next_timer && sentence ? <strong>{sentence} <Distance at={next_timer} /></strong> : <strong>{text.waits_for_you}</strong>}
    </p>
  );
}

function Owed({ session, who }: { session: Session; who: string }) {
  const begun = device.names(`draft:${who}:recap:${session.id}`).length > 0;
  return (
    <>
      <Left session={session} />
      <LinkButton kind="main" to={href(`/sessions/${session.id}/recap`)}
        label={text.about(begun ? text.go_on : text.write, session.course)}>{begun ? text.go_on : text.write}</LinkButton>
    </>
  );
}

function Ahead({ session, who }: { session: Session; who: string }) {
  const now = use_now();
  const starts = Date.parse(session.starts_at);
  const online = session.modality === "online" && session.state === "scheduled" && starts - now <= call_before_ms;
  return (
    <>
      <p>{starts > now ? <>{text.begins} <Distance at={session.starts_at} />.</> : text.tutor_to_log}</p>
      {online ? <Call session={session} who={who} /> : null}
      <OtherAnswer session={session} who={who} />
    </>
  );
}

/** What was written, and how it stands with the session. */
function Past({ session, who }: { session: Session; who: string }) {
  const part = part_of(session, id_of(who));
  if (part?.status === "declined" || part?.status === "removed") {
    return (
      <>
        <p>{part.status === "declined" ? text.you_declined : text.you_were_removed}</p>
        <OtherAnswer session={session} who={who} />
      </>
    );
  }
  return (
    <>
      {session.minutes === null ? null : <p>{minutes_text(session.minutes)}</p>}
      {session.state === "missed" ? <p>{text.missed}</p> : null}
      {session.state === "awaiting_student_recap" ? <p>{text.others_to_write}</p> : null}
      {part?.recap ? (
        <details><summary>{text.your_recap}</summary><RecapText recap={part.recap} role="student" /></details>
      ) : null}
    </>
  );
}

/** Its state as the student sees it: staff's words for what is under way say nothing to them. */
function Standing({ session, student }: { session: Session; student: string }) {
  const part = part_of(session, student);
  if (part?.status === "declined" || part?.status === "removed") return <Badge tone="ended">{text.not_in_it}</Badge>;
  if (part?.status === "invited" && session.state === "scheduled") return <Badge tone="waiting">{text.to_answer}</Badge>;
  if (part?.recap) return <Badge tone="good">{text.recap_sent}</Badge>;
  if (session.state === "awaiting_student_recap") return <Badge tone="waiting">{text.recap_missing}</Badge>;
  if (session.state === "paid") return <Badge tone="good">{words.states.completed}</Badge>;
  return <StateBadge state={session.state} />;
}

const kinds = { owed: Owed, invited: Invitation, ahead: Ahead, past: Past };

export function StudentCard({ session, who, kind }: {
  session: Session; who: string; kind: keyof typeof kinds;
}) {
  const Content = kinds[kind];
  return (
    <Card session={session} badge={<Standing session={session} student={id_of(who)} />}
      people={<>{words.my_sessions.with} <Person who={`tutor:${session.tutor}`} /></>}>
      <Content session={session} who={who} />
    </Card>
  );
}
