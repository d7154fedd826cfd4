// Why a session cannot be completed now: all reasons at once, beforehand, each with the way
// to mend it.
// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import type { Refusal, Session } from "../../api/client";
import { ShareLink } from "../../session/share";
import { Button } from "../../ui/button";
import { RefusalList } from "../../ui/error_summary";
import { People } from "../../ui/person";
import { words } from "../../words";
import { Change } from "../my_sessions/change";

const text = words.complete;

const students_of = (session: Session, which: (one: Session["participants"][number]) => boolean) =>
  session.participants.filter(which).map(({ student }) => student);

function Mend({ session, refusal: { code } }: { session: Session; refusal: Refusal }) {
  switch (code) {
    case "unanswered-invitation":
      return (
        <>
          <p>{text.not_answered} <People of={students_of(session, ({ status }) => status === "invited")} />. {text.ask_to_accept}</p>
          <ShareLink session={session} />
        </>
      );
    case "participants-in-call":
      return <p>{text.still_in_call} <People of={students_of(session, ({ in_call }) => in_call)} />.</p>;
    default:
      return null;
  }
}

const mended: ReadonlySet<Refusal["code"]> = new Set(["unanswered-invitation", "participants-in-call"]);
const limits: ReadonlySet<Refusal["code"]> = new Set(
  ["tutor-weekly-limit", "student-course-weekly-limit", "course-weekly-limit", "pair-daily-limit"]);

/** Whether no answer of a student and nothing that is written here would help. */
export const is_final = (refusals: Refusal[]): boolean => refusals.some(({ code }) => limits.has(code));

/** Leads to who is in the session, and to its end. */
function ToChange({ session, tutor }: { session: Session; tutor: string }) {
  const [open, set_open] = useState(false);
  return (
    <>
      <Button onClick={() => set_open(true)}>{words.my_sessions.change}</Button>
      {open ? <Change session={session} tutor={tutor} close={() => set_open(false)} /> : null}
    </>
  );
}

export function Unable({ session, tutor, refusals: all }: { session: Session; tutor: string; refusals: Refusal[] }) {
  if (all.length === 0) return null;
  // While answers are to come it is theirs that nobody is going.
  const unanswered = all.some(({ code }) => code === "unanswered-invitation");
  const refusals = all.filter(({ code }) => !unanswered || code !== "student-not-going");
  const may_change = session.state === "scheduled" && (is_final(refusals) || refusals.some(({ code }) => code === "student-not-going"));
  return (
    <div class="notice warning" id="unable" role="status" tabIndex={-1}>
      <h2>{text.unable}</h2>
      <RefusalList refusals={refusals}
        more={(refusal) => (mended.has(refusal.code) ? <Mend session={session} refusal={refusal} /> : null)} />
      {may_change ? <ToChange session={session} tutor={tutor} /> : null}
    </div>
  );
}
