// A session in a tutor's list: what it is, how it stands, and what can be done.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import type { Session } from "../../api/client";
import { Call } from "../../session/call";
import { Card } from "../../session/cards";
import { owing } from "../../session/pay";
import { TutorsBadge, to_log } from "../../session/standing";
import { use_now } from "../../shell/clock";
import { href } from "../../shell/router";
import { Button, LinkButton } from "../../ui/button";
import { Money } from "../../ui/money";
import { Person } from "../../ui/person";
import { minutes_text, span } from "../../ui/time";
import { words } from "../../words";
import { Change } from "./change";

const text = words.my_sessions;
const call_before_ms = 3_600_000;
const people = (students: string[]) => students.map((id) => <Person key={id} who={`student:${id}`} />);

/** What the tutor should know or do next, in a sentence. */
function Standing({ session, asked }: { session: Session; asked: boolean }) {
  const now = use_now();
  const complete = href(`/sessions/${session.id}/complete`);
  const invited = session.participants.filter(({ status }) => status === "invited").map(({ student }) => student);
  if (to_log(session, now)) {
    return (
      <>
        <p class="due"><strong>{text.deadline_in(span(Date.parse(session.deadline) - now))}</strong></p>
        <LinkButton kind="main" to={complete}>{text.log_now}</LinkButton>
      </>
    );
  }
  switch (session.state) {
    case "scheduled":
      return <p>{invited.length ? <>{text.not_answered} {people(invited)}</> : text.all_answered}</p>;
    case "awaiting_student_recap":
      return <p>{text.not_written} {people(owing(session))}</p>;
    case "missed":
      return asked ? <p>{text.update_asked}</p> : (
        <><p>{text.missed}</p><LinkButton kind="main" to={complete}>{text.ask_support}</LinkButton></>
      );
    case "paid":
      return session.payout ? (
        <p>{minutes_text(session.minutes ?? 0)} · <Money minor={session.payout.amount} currency={session.currency} /></p>
      ) : null;
    default:
      return session.minutes === null ? null : <p>{minutes_text(session.minutes)}</p>;
  }
}

function Actions({ session, tutor }: { session: Session; tutor: string }) {
  const [changing, set_changing] = useState(false);
  const soon = Date.parse(session.starts_at) - use_now() <= call_before_ms;
  return (
    <>
      {session.modality === "online" && soon ? <Call session={session} who={tutor} /> : null}
      <Button label={text.change_one(session.course)} onClick={() => set_changing(true)}>{text.change}</Button>
      {changing ? <Change session={session} tutor={tutor} close={() => set_changing(false)} /> : null}
    </>
  );
}

export function SessionCard({ session, tutor, asked = false }: { session: Session; tutor: string; asked?: boolean }) {
  const there = session.participants.filter(({ status }) => status === "invited" || status === "going");
  return (
    <Card session={session} badge={<TutorsBadge session={session} />}
      people={there.length ? <>{text.with} {people(there.map(({ student }) => student))}</> : text.with_nobody}>
      <Standing session={session} asked={asked} />
      {session.state === "scheduled" ? <Actions session={session} tutor={tutor} /> : null}
    </Card>
  );
}
