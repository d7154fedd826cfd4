// Why a session is in its state: the engine's reasons, by their codes, with people's names
// and times as the pages write them; and what comes next.
// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type Answer, type Session, get } from "../api/client";
import { use_data } from "../api/data";
import { of_session } from "../live/stream";
import { Money } from "../ui/money";
import { People, Person } from "../ui/person";
import { Shown } from "../ui/shown";
import { Distance, Time, minutes_text } from "../ui/time";
import { words } from "../words";

const text = words.reasons;

export type Explanation = Answer<"/v1/sessions/{id}/explain">;
type Reason = Explanation["why"][number];

/** What reasons carry, each what its code needs. */
interface Said {
  by?: string; at?: string; deadline?: string; starts_at?: string; settled_at?: string; minutes?: number; rate_per_hour?: number;
  amount?: number; currency?: string; students?: string[]; tutor?: string; note?: string; reason?: string; message?: string; from?: string;
  settles_at?: string; waits?: boolean;
}

/** `by NAME, WHEN`. */
function By({ said: { by, at }, zone }: { said: Said; zone: string }) {
  if (!by || !at) return null;
  return <>{text.by} <Person who={by} />, <Time at={at} zone={zone} /></>;
}

const Quote = ({ of }: { of: string | undefined }) => (of ? <>: <q dir="auto">{of}</q></> : <>.</>);

/** Returns a sentence by its code, or null where the engine's own is shown. */
function sentence_of(code: string, said: Said, zone: string): ComponentChildren {
  const by = <By said={said} zone={zone} />;
  const deadline = said.deadline ? <><Time at={said.deadline} zone={zone} /> (<Distance at={said.deadline} />)</> : null;
  switch (code) {
    case "reopened": return <>{text.reopened} {by}<Quote of={said.note} /></>;
    case "not-begun": return said.starts_at ? <>{text.not_begun} <Time at={said.starts_at} zone={zone} /> (<Distance at={said.starts_at} />).</> : null;
    case "time-not-logged": return <>{text.time_not_logged} {deadline}.</>;
    case "unanswered-invitation": return <>{text.unanswered} <People of={said.students ?? []} />.</>;
    case "student-not-going": return text.not_going;
    case "time-logged": return <>{text.logged(minutes_text(said.minutes ?? 0))} {by}.</>;
    case "corrected": return <>{text.corrected(minutes_text(said.minutes ?? 0))} {by}<Quote of={said.note} /></>;
    case "tutor-recap-missing": return <>{text.tutor_to_write} {deadline}.</>;
    case "student-recap-missing": return <>{text.students_to_write} <People of={said.students ?? []} />.</>;
    case "deadline-passed": return <>{text.deadline_passed} {deadline}.</>;
    case "update-not-asked": return text.not_asked;
    case "update-asked": return <>{text.asked} {by}<Quote of={said.message} /></>;
    case "update-denied": return <>{text.denied} {by}<Quote of={said.note} /></>;
    case "cancelled": return <>{text.cancelled} {by}<Quote of={said.reason} /></>;
    case "voided": return <>{text.voided} {by}<Quote of={said.note} /></>;
    case "paid": return said.settled_at ? (
      <>{text.paid(minutes_text(said.minutes ?? 0))} <Money minor={said.amount ?? 0} currency={said.currency ?? ""} />, <Time at={said.settled_at} zone={zone} />.</>
    ) : null;
    case "disputed": return <>{text.disputed} {by}<Quote of={said.reason} /></>;
    case "upheld": return <>{text.upheld} {by}<Quote of={said.note} /></>;
    case "clocks-stand": return text.clocks_stand(said.from === "paid" ? "paid" : said.waits ? "waits" : "goes_on");
    case "confirmed": return said.settles_at ? <>{text.settles} <Time at={said.settles_at} zone={zone} /> (<Distance at={said.settles_at} />). {text.can_dispute}</>
      : said.minutes === undefined ? text.confirmed : text.confirmed_for(minutes_text(said.minutes));
    case "confirmed-by-silence": return said.at ? <>{text.silence} <Time at={said.at} zone={zone} />. {text.silent} <People of={said.students ?? []} />.</> : null;
    case "settled": case "payout-corrected": case "payout-reversed": return said.at ? (
      <>{said.from?.startsWith("tutor:") ? text.taken_from_tutor : text.given_to_tutor} <Money minor={said.amount ?? 0} currency={said.currency ?? ""} />, <Time at={said.at} zone={zone} />.</>
    ) : null;
    default: return null;
  }
}

function List({ why, zone }: { why: Reason[]; zone: string }) {
  const said = (reason: Reason) => sentence_of(reason.code, reason.data as Said, zone) ?? <span dir="auto">{reason.text}</span>;
  return <ul class="reasons">{why.map((reason, i) => <li key={i} data-code={reason.code}>{said(reason)}</li>)}</ul>;
}

/** Those of some codes, where there are any. */
export function OnlyReasons({ explanation, zone, codes }: { explanation: Explanation; zone: string; codes: string[] }) {
  const why = explanation.why.filter(({ code }) => codes.includes(code));
  return why.length ? <List why={why} zone={zone} /> : null;
}

/** `but` are the codes of those that are said elsewhere. */
export function Reasons({ explanation, zone, but = [] }: { explanation: Explanation; zone: string; but?: string[] }) {
  const { why, next } = explanation;
  return (
    <>
      <List why={why.filter(({ code }) => !but.includes(code))} zone={zone} />
      <p class="next">
        {next ? <>{text.next} {words.timers[next.kind]}, <Time at={next.at} zone={zone} /> (<Distance at={next.at} />).</> : text.nothing_next}
      </p>
    </>
  );
}

function Read({ session }: { session: Session }) {
  const found = use_data(`why ${session.id} ${session.version}`, (signal) =>
    get("/v1/sessions/{id}/explain", { path: { id: session.id }, signal }), of_session(session.id));
  return <Shown of={found}>{({ why }) => <List why={why} zone={session.timezone} />}</Shown>;
}

/** Is read when it is opened. */
export function Why({ session, label }: { session: Session; label: string }) {
  const [open, set_open] = useState(false);
  return (
    <details class="folded" onToggle={(event) => set_open(event.currentTarget.open)}>
      <summary>{label}</summary>
      {open ? <Read session={session} /> : null}
    </details>
  );
}
