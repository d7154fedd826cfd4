// A session on one page: why it is where it is, its timeline, people, limits, money,
// messages and history. What the caller may not see is absent.
// SPDX-License-Identifier: Apache-2.0
import type { PageProps } from "../../page";
import { use_data } from "../../api/data";
import { of_session } from "../../live/stream";
import { Reasons } from "../../session/reasons";
import { ShareLink } from "../../session/share";
import { SomethingWrong } from "../../session/wrong";
import { Invitation, OtherAnswer } from "../student/answer";
import { use_now } from "../../shell/clock";
import { actor } from "../../shell/identity";
import { href } from "../../shell/router";
import { FlagBadge, StateBadge } from "../../ui/badge";
import { LinkButton } from "../../ui/button";
import { Person } from "../../ui/person";
import { Empty, Shown } from "../../ui/shown";
import { Distance, Time } from "../../ui/time";
import { words } from "../../words";
import { ActBar } from "../desk/act/bar";
import { way_of } from "../desk/kept";
import { Drawn } from "./drawn";
import { History } from "./history";
import { LimitBars } from "./limits";
import { Messages, Refused } from "./messages";
import { Pay } from "./money";
import { People } from "./people";
import { type Notification, type Whole, read_session } from "./read";
import { type Viewer, sees, sees_money, viewer_of } from "./viewer";

const text = words.session;

function Facts({ whole: { session } }: { whole: Whole }) {
  return (
    <dl class="facts">
      <div><dt>{text.starts}</dt><dd><Time at={session.starts_at} zone={session.timezone} /> (<Distance at={session.starts_at} />)</dd></div>
      {session.state === "scheduled" || session.state === "time_logged" ? (
        <div><dt>{text.deadline}</dt><dd><Time at={session.deadline} zone={session.timezone} /> (<Distance at={session.deadline} />)</dd></div>
      ) : null}
      <div><dt>{text.where}</dt><dd>{words.modalities[session.modality]}</dd></div>
      <div><dt>{text.program}</dt><dd><bdi>{session.program}</bdi></dd></div>
      <div><dt>{text.id}</dt><dd><bdi>{session.id}</bdi></dd></div>
    </dl>
  );
}

/** Why, and what support is to look at, which is for staff. */
function Why({ whole: { session, explanation, refusals }, viewer }: { whole: Whole; viewer: Viewer }) {
  // What was tried and refused may be the reason: it stands further down.
  const tried = session.state === "missed" || session.state === "update_denied" ? refusals?.length ?? 0 : 0;
  const to_refused = (event: Event) => {
    event.preventDefault();
    document.getElementById("refused")?.focus();
  };
  return (
    <section class="why">
      <h2>{text.why}</h2>
      <p><StateBadge state={session.state} /> {(viewer.staff ? session.flags : []).map((flag) => (
        <FlagBadge key={flag} flag={flag} />
      ))}</p>
      {explanation ? <Reasons explanation={explanation} zone={session.timezone} /> : null}
      {tried ? <p><a class="to-refused" href="#refused" onClick={to_refused}>{text.tried(tried)}</a></p> : null}
    </section>
  );
}

/** Back to the list that one came from, and on to the sessions beside this one. */
function Back({ id }: { id: string }) {
  const way = way_of(id);
  if (!way) return null;
  return (
    <nav class="way" aria-label={text.way}>
      <a href={href("/desk", way.query)}>← {words.desk.title}: {way.name}</a>
      {way.before ? <a href={href(`/sessions/${way.before}`)}>{text.before_it}</a> : null}
      {way.next ? <a href={href(`/sessions/${way.next}`)}>{text.after_it} →</a> : null}
    </nav>
  );
}

function Next({ whole: { session }, viewer }: { whole: Whole; viewer: Viewer }) {
  const now = use_now();
  const begun = Date.parse(session.starts_at) <= now;
  const logs = viewer.tutor && ((session.state === "scheduled" && begun) || session.state === "time_logged" || session.state === "missed");
  const mine = session.participants.find(({ student }) => student === viewer.student);
  const writes = mine?.status === "going" && !mine.recap && (session.state === "awaiting_student_recap" || session.state === "disputed");
  const who = `student:${viewer.student}`;
  return (
    <>
      {logs || writes ? (
        <p class="actions">
          {logs ? <LinkButton kind="main" to={href(`/sessions/${session.id}/complete`)}>{session.state === "missed" ? words.ask_support.send : text.complete}</LinkButton> : null}
          {writes ? <LinkButton kind="main" to={href(`/sessions/${session.id}/recap`)}>{text.write_recap}</LinkButton> : null}
        </p>
      ) : null}
      {mine && mine.status !== "removed" && session.state === "scheduled" ? (
        <div class="answer">{mine.status === "invited"
          ? <><p>{text.invited} <Person who={`tutor:${session.tutor}`} />.</p><Invitation session={session} who={who} /></>
          : <><p>{mine.status === "going" ? words.student.you_go : words.student.you_declined}</p><OtherAnswer session={session} who={who} /></>}</div>
      ) : null}
      {viewer.tutor && session.participants.some(({ status }) => status === "invited") && session.state === "scheduled"
        ? <><p>{words.my_sessions.accept_first}</p><ShareLink session={session} /></> : null}
    </>
  );
}

/** Those that are for who looks: a node that asks for sign-ins gives no others. */
const messages_for = (notifications: Notification[], { staff }: Viewer): Notification[] =>
  notifications.filter(({ to }) => staff || to === actor("tutor") || to === actor("student"));

function Content({ whole }: { whole: Whole }) {
  const viewer = viewer_of(whole.session);
  if (!sees(viewer)) return <Empty>{words.ui.missing}.</Empty>;
  return (
    <>
      <Next whole={whole} viewer={viewer} />
      <ActBar title={words.desk.as_support} sessions={[whole.session]} done={() => undefined} />
      <div class="session-page">
        <Why whole={whole} viewer={viewer} />
        <Facts whole={whole} />
        <Drawn whole={whole} />
        <div>
          <People session={whole.session} viewer={viewer} />
          <LimitBars session={whole.session} viewer={viewer} />
          {sees_money(viewer) ? <Pay whole={whole} /> : null}
        </div>
      </div>
      {viewer.staff ? null : <SomethingWrong session={whole.session} role={viewer.tutor ? "tutor" : "student"} />}
      {whole.refusals && (viewer.staff || viewer.tutor) ? <Refused refusals={whole.refusals} zone={whole.session.timezone} /> : null}
      {whole.notifications ? <Messages notifications={messages_for(whole.notifications, viewer)} zone={whole.session.timezone} own={!viewer.staff} /> : null}
      {whole.events && (viewer.staff || viewer.tutor) ? <History events={whole.events} zone={whole.session.timezone} /> : null}
    </>
  );
}

export default function SessionPage({ params }: PageProps) {
  const id = params["session"] ?? "";
  const found = use_data(`session ${id}`, (signal) => read_session(id, signal), of_session(id));
  return (
    <>
      {actor("support", "manager", "admin", "system") ? <Back id={id} /> : null}
      <h1 tabIndex={-1}>{found.data && sees(viewer_of(found.data.session)) ? <><bdi>{found.data.session.course}</bdi> <small><bdi>{id}</bdi></small></> : <bdi>{id}</bdi>}</h1>
      <Shown of={found}>{(whole) => <Content whole={whole} />}</Shown>
    </>
  );
}
