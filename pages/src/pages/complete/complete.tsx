// Completing a session: what it is, and the form or what stands in its place.
// SPDX-License-Identifier: Apache-2.0
import { useEffect } from "preact/hooks";
import { type Answer, type Session, get } from "../../api/client";
import { drop_command } from "../../api/commands";
import { use_data } from "../../api/data";
import { drop_draft } from "../../drafts/drafts";
import { of_session } from "../../live/stream";
import type { PageProps } from "../../page";
import { AskSupport } from "../../session/ask_support";
import { TutorsBadge, to_log } from "../../session/standing";
import { use_now } from "../../shell/clock";
import { actor, id_of } from "../../shell/identity";
import { href } from "../../shell/router";
import { LinkButton } from "../../ui/button";
import { Shown } from "../../ui/shown";
import { Distance, Time, span } from "../../ui/time";
import { words } from "../../words";
import { Afterwards } from "./afterwards";
import { CompleteForm } from "./form";

const text = words.complete;

export interface Facts {
  session: Session;
  explanation: Answer<"/v1/sessions/{id}/explain">;
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

function Head({ session }: { session: Session }) {
  const now = use_now();
  return (
    <div class="what">
      <p><strong><bdi>{session.course}</bdi></strong> <TutorsBadge session={session} /></p>
      <p><Time at={session.starts_at} zone={session.timezone} /> · {words.modalities[session.modality]}</p>
      {to_log(session, now) ? (
        <p class="due"><strong>{words.my_sessions.deadline_in(span(Date.parse(session.deadline) - now))}</strong></p>
      ) : null}
    </div>
  );
}

/** Why it is in its state, in the engine's own sentences, and what comes next. */
export function Reasons({ explanation, but = [] }: { explanation: Facts["explanation"]; but?: string[] }) {
  const { why, next } = explanation;
  return (
    <>
      <ul class="reasons">
        {why.filter(({ code }) => !but.includes(code)).map(({ code, text: sentence }) => <li key={code}>{sentence}</li>)}
      </ul>
      {next ? <p>{text.then(words.timers[next.kind])} <Distance at={next.at} />.</p> : null}
    </>
  );
}

function Missed({ facts, tutor, reload }: { facts: Facts; tutor: string; reload: () => void }) {
  const asked = facts.explanation.why.some(({ code }) => code === "update-asked");
  return (
    <>
      <h2>{text.missed}</h2>
      <Reasons explanation={facts.explanation} />
      <h2>{text.ask}</h2>
      <AskSupport session={facts.session} tutor={tutor} asked={asked} done={reload} />
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
    case "paid":
      return <Afterwards session={session} explanation={facts.explanation} />;
    default:
      return <><h2>{text.nothing_to_do}</h2><Reasons explanation={facts.explanation} /></>;
  }
}

export default function Complete({ params }: PageProps) {
  const id = params["session"] ?? "";
  const tutor = actor("tutor") ?? "";
  const found = use_data(`complete ${id}`, (signal) => read_facts(id, signal), of_session(id));
  return (
    <div class="narrow complete">
      <h1 tabIndex={-1}>{text.title}</h1>
      <Shown of={found}>
        {(facts) => facts.session.tutor !== id_of(tutor) ? <p>{text.not_yours}</p> : (
          <><Head session={facts.session} /><Content facts={facts} tutor={tutor} reload={found.reload} /></>
        )}
      </Shown>
      <p class="back"><LinkButton to={href("/tutor")}>{text.back}</LinkButton></p>
    </div>
  );
}
