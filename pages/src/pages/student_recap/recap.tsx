// A student's recap of a session: the form, or why there is none.
// SPDX-License-Identifier: Apache-2.0
import { useEffect } from "preact/hooks";
import { type Answer, type Session, get } from "../../api/client";
import { drop_command, use_command } from "../../api/commands";
import { use_data } from "../../api/data";
import { drop_draft, use_draft } from "../../drafts/drafts";
import { of_session } from "../../live/stream";
import type { PageProps } from "../../page";
import { RecapFields, empty_recap, recap_trouble, troubled_part } from "../../recap/fields";
import { RecapText } from "../../recap/text";
import { SomethingWrong } from "../../session/wrong";
import { actor, id_of } from "../../shell/identity";
import { href } from "../../shell/router";
import { Button, LinkButton } from "../../ui/button";
import { ErrorSummary, NotSent, SendingNotice, use_check } from "../../ui/error_summary";
import { Person } from "../../ui/person";
import { Shown } from "../../ui/shown";
import { Time, minutes_text } from "../../ui/time";
import { words } from "../../words";
import { Left } from "../student/left";
import { can_write, owes, part_of } from "../student/sort";

const text = words.student_recap;
type Rules = Answer<"/v1/sessions/{id}/eligibility">["rules"];

interface Facts {
  session: Session;
  rules: Rules;
}

async function read_facts(id: string, signal: AbortSignal): Promise<Facts> {
  const [session, { rules }] = await Promise.all([
    get("/v1/sessions/{id}", { path: { id }, signal }),
    get("/v1/sessions/{id}/eligibility", { path: { id }, signal }),
  ]);
  return { session, rules };
}

/** What is asked about, and what the tutor wrote of it. */
function Head({ session, who }: { session: Session; who: string }) {
  return (
    <div class="what">
      <p>
        <strong><bdi>{session.course}</bdi></strong> {words.my_sessions.with} <Person who={`tutor:${session.tutor}`} />
        {session.minutes === null ? null : ` · ${minutes_text(session.minutes)}`}
      </p>
      <p><Time at={session.starts_at} zone={session.timezone} /></p>
      {owes(session, id_of(who)) ? <Left session={session} /> : null}
      {session.tutor_recap ? (
        <details><summary>{text.tutor_wrote}</summary><RecapText recap={session.tutor_recap} role="tutor" /></details>
      ) : null}
    </div>
  );
}

function Form({ session, rules, who, reload }: Facts & { who: string; reload: () => void }) {
  const draft = use_draft(who, `recap:${session.id}`, empty_recap);
  const sending = use_command(session);
  const trouble = recap_trouble(draft.value, rules);
  const check = use_check(() => (trouble ? [{ field: troubled_part(draft.value), text: trouble }] : []));
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!check.passes()) return;
    if (await sending.send({ type: "recapd.recap.submit", subject: session.id, as: who, data: { recap: draft.value } }))
      draft.taken();
    reload();
  };
  return (
    <form onSubmit={submit} noValidate>
      {draft.restored ? <p class="hint">{words.complete.draft_restored}</p> : null}
      <ErrorSummary {...check} />
      <p class="hint">{text.hint(rules.min_characters)}</p>
      <RecapFields role="student" recap={draft.value} rules={rules} error={check.error}
        disabled={sending.busy} change={draft.change} />
      <SendingNotice sending={sending} title={text.not_taken} />
      <p>{session.state === "disputed" ? text.disputed : text.confirms(minutes_text(session.minutes ?? 0))}</p>
      <Button kind="main" submit busy={sending.busy}>{text.send}</Button>
      <NotSent errors={check.errors} />
    </form>
  );
}

function Content({ facts, who, reload }: { facts: Facts; who: string; reload: () => void }) {
  const { session } = facts;
  const part = part_of(session, id_of(who));
  const written = Boolean(part?.recap);
  useEffect(() => {
    if (!written) return;
    drop_draft(who, `recap:${session.id}`);
    drop_command({ as: who, type: "recapd.recap.submit", subject: session.id });
  }, [written]);
  if (can_write(session, id_of(who))) return <><Form {...facts} who={who} reload={reload} /><SomethingWrong session={session} role="student" /></>;
  if (part?.recap) {
    return (
      <>
        <div class="notice good" role="status">
          <h2>{text.taken}</h2>
          <p>{session.state === "disputed" ? text.disputed : session.state === "awaiting_student_recap" ? text.others_write : text.confirmed}</p>
        </div>
        <h2>{words.student.your_recap}</h2>
        <RecapText recap={part.recap} role="student" />
        <SomethingWrong session={session} role="student" />
      </>
    );
  }
  return (
    <>
      <div class="notice"><h2>{text.nothing_to_write}</h2><p>{text.why_not(session.state, part?.status ?? null)}</p></div>
      {part && part.status !== "invited" ? <SomethingWrong session={session} role="student" /> : null}
    </>
  );
}

export default function StudentRecap({ params }: PageProps) {
  const id = params["session"] ?? "";
  const who = actor("student") ?? "";
  const found = use_data(`recap ${id}`, (signal) => read_facts(id, signal), of_session(id));
  return (
    <div class="narrow complete">
      <h1 tabIndex={-1}>{!found.data || can_write(found.data.session, id_of(who)) ? text.title : text.none}</h1>
      <Shown of={found}>
        {(facts) => (
          <>
            {part_of(facts.session, id_of(who)) ? <Head session={facts.session} who={who} /> : null}
            <Content facts={facts} who={who} reload={found.reload} />
          </>
        )}
      </Shown>
      <p class="back"><LinkButton to={href("/student")}>{text.back}</LinkButton></p>
    </div>
  );
}
