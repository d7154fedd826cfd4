// Completing a session: what it is, and the form or what stands in its place.
// SPDX-License-Identifier: Apache-2.0
import { useEffect } from "preact/hooks";
import { type Answer, type Session, get } from "../../api/client";
import { drop_command } from "../../api/commands";
import { use_data } from "../../api/data";
import { drop_draft } from "../../drafts/drafts";
import { of_session } from "../../live/stream";
import type { PageProps } from "../../page";
import { type Explanation, OnlyReasons, Reasons } from "../../session/reasons";
import { AskSupport } from "../../session/ask_support";
import { TutorsBadge, to_log, under_way } from "../../session/standing";
import { use_now } from "../../shell/clock";
import { device } from "../../storage";
import { actor, id_of } from "../../shell/identity";
import { href } from "../../shell/router";
import { LinkButton } from "../../ui/button";
import { Shown } from "../../ui/shown";
import { Time, day_and_time, span } from "../../ui/time";
import { words } from "../../words";
import { Afterwards } from "./afterwards";
import { CompleteForm } from "./form";

const text = words.complete;

export interface Facts {
  session: Session;
  explanation: Explanation;
  /** As things are, and as they would be if the tutor left the call. */
  staying: Answer<"/v1/sessions/{id}/eligibility">;
  leaving: Answer<"/v1/sessions/{id}/eligibility">;
}

async function read_facts(id: string, signal: AbortSignal): Promise<Facts> {
  const path = { id };
  const [session, explanation, staying, leaving] = await Promise.all([
    get("/v1/sessions/{id}", { path, signal }),
    get("/v1/sessions/{id}/explain", { path, signal }),
    get("/v1/sessions/{id}/eligibility", { path, signal }),
    get("/v1/sessions/{id}/eligibility", { path, query: { leave_call: true }, signal }),
  ]);
  return { session, explanation, staying, leaving };
}

function Head({ facts: { session, explanation } }: { facts: Facts }) {
  const now = use_now();
  const deadline = Date.parse(session.deadline);
  const when = day_and_time(deadline, session.timezone, now);
  return (
    <div class="what">
      <p><strong><bdi>{session.course}</bdi></strong> <TutorsBadge session={session} /></p>
      <p><Time at={session.starts_at} zone={session.timezone} /> · {words.modalities[session.modality]}</p>
      {to_log(session, now) ? <OnlyReasons explanation={explanation} zone={session.timezone} codes={["reopened"]} /> : null}
      {under_way(session, now) ? <p>{words.my_sessions.log_later(when)}</p>
        : to_log(session, now) ? <p class="due"><strong>{words.my_sessions.deadline_in(when, span(deadline - now))}</strong></p> : null}
    </div>
  );
}

function Missed({ facts, tutor, reload }: { facts: Facts; tutor: string; reload: () => void }) {
  const { session, explanation } = facts;
  const asked = explanation.why.some(({ code }) => code === "update-asked");
  const drafted = device.names(`draft:${tutor}:complete:${session.id}`).length > 0;
  return (
    <>
      <h2>{text.missed}</h2>
      <Reasons explanation={explanation} zone={session.timezone} but={["update-not-asked"]} />
      {drafted ? <p>{text.draft_kept}</p> : null}
      <h2>{words.ask_support.send}</h2>
      <AskSupport session={session} tutor={tutor} asked={asked} done={reload} />
    </>
  );
}

export function Content({ facts, tutor, reload }: { facts: Facts; tutor: string; reload: () => void }) {
  const { session } = facts;
  const written = session.tutor_recap !== null;
  useEffect(() => {
    if (!written) return;
    drop_draft(tutor, `complete:${session.id}`);
    drop_command({ as: tutor, type: "recapd.session.complete", subject: session.id });
  }, [written]);
  switch (session.state) {
    case "scheduled":
    case "time_logged":
      return <CompleteForm facts={facts} tutor={tutor} reload={reload} />;
    case "missed":
      return <Missed facts={facts} tutor={tutor} reload={reload} />;
    case "awaiting_student_recap":
    case "completed":
    case "disputed":
    case "paid":
      return <Afterwards session={session} explanation={facts.explanation} />;
    default:
      return <><h2>{text.nothing_to_do}</h2><Reasons explanation={facts.explanation} zone={session.timezone} /></>;
  }
}

export default function Complete({ params }: PageProps) {
  const id = params["session"] ?? "";
  const tutor = actor("tutor") ?? "";
  const found = use_data(`complete ${id}`, (signal) => read_facts(id, signal), of_session(id));
  const state = found.data?.session.state;
  const completes = state === undefined || state === "scheduled" || state === "time_logged";
  return (
    <div class="narrow complete">
      <h1 tabIndex={-1}>{completes ? text.title : text.of(found.data?.session.course ?? "")}</h1>
      <Shown of={found}>
        {(facts) => facts.session.tutor !== id_of(tutor) ? <p>{text.not_yours}</p> : (
          <><Head facts={facts} /><Content facts={facts} tutor={tutor} reload={found.reload} /></>
        )}
      </Shown>
      <p class="back"><LinkButton to={href("/tutor")}>{text.back}</LinkButton></p>
    </div>
  );
}
