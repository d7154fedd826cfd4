// A session in a tutor's list: what it is, how it stands, and what can be done.
// SPDX-License-Identifier: Apache-2.0
import { device } from "../../storage";
import { useState } from "preact/hooks";
import type { Session } from "../../api/client";
import { Call } from "../../session/call";
import { Card } from "../../session/cards";
import { owing } from "../../session/pay";
import { Why } from "../../session/reasons";
import { TutorsBadge, to_log, under_way } from "../../session/standing";
import { use_now } from "../../shell/clock";
import { href } from "../../shell/router";
import { FlagBadge } from "../../ui/badge";
import { Button, LinkButton } from "../../ui/button";
import { Money } from "../../ui/money";
import { People } from "../../ui/person";
import { Time, day_and_time, minutes_text, span } from "../../ui/time";
import { words } from "../../words";
import { Change } from "./change";

const text = words.my_sessions;
const call_before_ms = 3_600_000;

/** Who has answered an invitation, and how. */
function Answers({ session }: { session: Session }) {
  const which = [["going", text.going], ["invited", text.not_answered], ["declined", text.declined]] as const;
  return (
    <>
      {which.map(([answer, label]) => {
        const students = session.participants.filter(({ status }) => status === answer).map(({ student }) => student);
        return students.length ? <p key={answer}>{label} <People of={students} /></p> : null;
      })}
    </>
  );
}

/** What is to be logged, and until when. While it may still be going on nobody is late. */
function ToLog({ session, tutor }: { session: Session; tutor: string }) {
  const now = use_now();
  const deadline = Date.parse(session.deadline);
  const when = day_and_time(deadline, session.timezone, now);
  const calm = under_way(session, now);
  const open = session.participants.some(({ status }) => status === "invited");
  const begun = device.names(`draft:${tutor}:complete:${session.id}`).length > 0;
  return (
    <>
      {calm ? <p>{text.log_later(when)}</p> : <p class="due"><strong>{text.deadline_in(when, span(deadline - now))}</strong></p>}
      {open ? <Answers session={session} /> : null}
      <LinkButton kind={calm || open ? "plain" : "main"} to={href(`/sessions/${session.id}/complete`)}>{begun ? text.go_on : text.log_now}</LinkButton>
    </>
  );
}

/** What the tutor should know or do next, in a sentence. */
function Standing({ session, tutor, asked }: { session: Session; tutor: string; asked: boolean }) {
  const now = use_now();
  const complete = href(`/sessions/${session.id}/complete`);
  if (to_log(session, now)) return <ToLog session={session} tutor={tutor} />;
  switch (session.state) {
    case "scheduled":
      return <Answers session={session} />;
    case "awaiting_student_recap":
      return <p>{text.not_written} <People of={owing(session)} /></p>;
    case "disputed":
      return <><p>{text.disputed}</p><Why session={session} label={text.why} /></>;
    case "completed":
      return (
        <p>
          {minutes_text(session.minutes ?? 0)}
          {session.next_timer === null ? null : <> · {text.settles} <Time at={session.next_timer} zone={session.timezone} /></>}
        </p>
      );
    case "update_denied": case "cancelled": case "voided":
      return <Why session={session} label={text.why} />;
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
      people={there.length ? <>{text.with} <People of={there.map(({ student }) => student)} /></> : text.with_nobody}>
      <Standing session={session} tutor={tutor} asked={asked} />
      {session.flags.includes("corrected") ? <p><FlagBadge flag="corrected" /></p> : null}
      {session.state === "scheduled" ? <Actions session={session} tutor={tutor} /> : null}
    </Card>
  );
}
