// A session in a student's list: what it is, and what waits for them.
// SPDX-License-Identifier: Apache-2.0
import type { Session } from "../../api/client";
import { device } from "../../storage";
import { Call } from "../../session/call";
import { Card } from "../../session/cards";
import { Why } from "../../session/reasons";
import { SomethingWrong } from "../../session/wrong";
import { RecapText } from "../../recap/text";
import { use_now } from "../../shell/clock";
import { id_of } from "../../shell/identity";
import { href } from "../../shell/router";
import { Badge, StateBadge } from "../../ui/badge";
import { LinkButton } from "../../ui/button";
import { People, Person } from "../../ui/person";
import { Distance, minutes_text } from "../../ui/time";
import { words } from "../../words";
import { Invitation, OtherAnswer } from "./answer";
import { Left } from "./left";
import { part_of } from "./sort";

const text = words.student;
const call_before_ms = 3_600_000;

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
      <p>{starts > now ? <>{text.you_go} {text.begins} <Distance at={session.starts_at} />.</> : text.tutor_to_log}</p>
      {online || part_of(session, id_of(who))?.in_call ? <Call session={session} who={who} /> : null}
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
        {part.status === "removed" ? <SomethingWrong session={session} role="student" /> : null}
        <OtherAnswer session={session} who={who} />
      </>
    );
  }
  return (
    <>
      {session.minutes === null ? null : <p>{minutes_text(session.minutes)}</p>}
      {session.state === "missed" || session.state === "update_denied" ? <p>{text.missed}</p> : null}
      {session.state === "cancelled" || session.state === "disputed" ? <Why session={session} label={words.my_sessions.why} /> : null}
      {session.state === "awaiting_student_recap" ? <p>{text.others_to_write}</p> : null}
      {part?.recap ? (
        <details><summary>{text.your_recap}</summary><RecapText recap={part.recap} role="student" /></details>
      ) : null}
      {session.tutor_recap ? (
        <details><summary>{words.student_recap.tutor_wrote}</summary><RecapText recap={session.tutor_recap} role="tutor" /></details>
      ) : null}
    </>
  );
}

/** Its state as the student sees it: staff's words for what is under way say nothing to them. */
function Standing({ session, student }: { session: Session; student: string }) {
  const part = part_of(session, student);
  if (part?.status === "declined" || part?.status === "removed") return <Badge tone="ended">{text.not_in_it}</Badge>;
  if (part?.status === "invited" && session.state === "scheduled") return <Badge tone="waiting">{text.to_answer}</Badge>;
  if (session.state === "disputed") return <StateBadge state={session.state} />;
  if (part?.recap) return <Badge tone="good">{text.recap_sent}</Badge>;
  if (session.state === "awaiting_student_recap") return <Badge tone="waiting">{text.recap_missing}</Badge>;
  if (session.state === "missed" || session.state === "update_denied") return <Badge tone="ended">{text.not_logged}</Badge>;
  if (session.state === "paid") return <Badge tone="good">{words.states.completed}</Badge>;
  return <StateBadge state={session.state} />;
}

const kinds = { owed: Owed, invited: Invitation, ahead: Ahead, past: Past };

export function StudentCard({ session, who, kind }: {
  session: Session; who: string; kind: keyof typeof kinds;
}) {
  const Content = kinds[kind];
  const others = session.participants.filter(({ student, status }) =>
    student !== id_of(who) && (status === "invited" || status === "going")).map(({ student }) => student);
  return (
    <Card session={session} badge={<Standing session={session} student={id_of(who)} />}
      people={<>{words.my_sessions.with} <Person who={`tutor:${session.tutor}`} /></>}>
      {others.length ? <p>{text.others} <People of={others} /></p> : null}
      <Content session={session} who={who} />
      {kind !== "ahead" && part_of(session, id_of(who))?.in_call ? <Call session={session} who={who} /> : null}
    </Card>
  );
}
