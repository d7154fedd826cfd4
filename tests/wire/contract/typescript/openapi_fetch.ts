// SPDX-License-Identifier: Apache-2.0
// A whole session, refusals too, with openapi-typescript and openapi-fetch.
import createClient from "openapi-fetch";
import { base, expect, identity, never, now, tag, until, words } from "./expect";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
type Command = Schemas["Command"];

const client = createClient<paths>({ baseUrl: base });
const id = `${tag}-fetch`;
const tutor = `${tag}-tutor`;
const student = `${tag}-ann`;
const recap: Schemas["Recap"] = {
  topics_covered: words,
  how_tutee_did: words,
  next_steps: words,
};
const by = (authid: string) =>
  ({ specversion: "1.0", ...identity(), subject: id, authid }) as const;

function send(command: Command) {
  return client.POST("/v1/commands", {
    headers: { "Content-Type": "application/cloudevents+json" },
    body: command,
  });
}

async function taken(command: Command): Promise<Schemas["Session"]> {
  const { data, error } = await send(command);
  expect(data !== undefined, `${command.type}: ${JSON.stringify(error)}`);
  expect("outcome" in data && data.outcome === "accepted", command.type);
  expect(data.session !== null && !data.duplicate, command.type);
  return data.session;
}

/** The refusals of a command, by code. */
async function refusals(command: Command, status: number) {
  const { error, response } = await send(command);
  expect(error !== undefined && response.status === status, command.type);
  expect("refusals" in error, error.detail);
  expect(error.outcome === "refused" && error.session === null, error.detail);
  const first = error.refusals[0];
  expect(first !== undefined, "a refusal");
  expect(error.type === `urn:recapd:problem:${first.code}`, error.type);
  return Object.fromEntries(error.refusals.map((r) => [r.code, r]));
}

async function session() {
  const schedule: Schemas["SessionScheduleData"] = {
    tutor,
    course: `${tag}-algebra`,
    starts_at: now,
    modality: "in_person",
    students: [student],
  };
  const early = await refusals(
    {
      ...by(`tutor:${tutor}`),
      type: "recapd.session.log_time",
      data: { minutes: 30 },
    },
    404,
  );
  expect("unknown-session" in early, "no session yet");

  const scheduled = await taken({
    ...by("system:calendar"),
    type: "recapd.session.schedule",
    data: schedule,
  });
  expect(scheduled.state === "scheduled", scheduled.state);
  expect(scheduled.next_timer_kind === "tutor_recap_due", "the next timer");

  const unanswered = await refusals(
    {
      ...by(`tutor:${tutor}`),
      type: "recapd.session.complete",
      data: { minutes: 0, recap: { ...recap, next_steps: "" } },
    },
    409,
  );
  expect("unanswered-invitation" in unanswered, "nobody has answered");
  expect("invalid-minutes" in unanswered, "all reasons at once");

  await taken({
    ...by(`student:${student}`),
    type: "recapd.participant.accept",
    data: { student },
  });

  const short = await refusals(
    {
      ...by(`tutor:${tutor}`),
      type: "recapd.session.complete",
      data: {
        minutes: 60,
        recap: { topics_covered: "", how_tutee_did: "", next_steps: "" },
      },
    },
    422,
  );
  expect("recap-too-short" in short, "an empty recap");

  const foreign = await refusals(
    {
      ...by(`student:${student}`),
      type: "recapd.session.cancel",
      data: { reason: "I would rather not" },
    },
    403,
  );
  expect("not-allowed" in foreign, "a student may not cancel");

  const completed: Command = {
    ...by(`tutor:${tutor}`),
    type: "recapd.session.complete",
    data: { minutes: 58, recap },
  };
  const logged = await taken(completed);
  expect(logged.minutes === 60, "rounded up");
  const again = await send(completed);
  expect(
    again.data !== undefined && "duplicate" in again.data && again.data.duplicate,
    "the same command again",
  );
  const reused = await refusals({ ...completed, data: { minutes: 5, recap } }, 422);
  expect("id-reused" in reused, "another command under the same id");

  await taken({
    ...by(`student:${student}`),
    type: "recapd.recap.submit",
    data: { recap },
  });

  const path = { params: { path: { id } } };
  const found = await until(
    () => client.GET("/v1/sessions/{id}", path),
    (s) => s.state === "paid",
  );
  expect(found.payout?.amount === 1500, "an hour's pay");

  const history = (await client.GET("/v1/sessions/{id}/history", path)).data;
  expect(history !== undefined, "a history");
  for (const event of history.events) {
    // `data` has the members of the event's type.
    if (event.type === "time.logged") {
      expect(event.data.minutes === 60 && event.data.given === 58, "minutes");
      expect(event.data.claims.some((c) => c.kind === "tutor_week"), "claims");
    } else if (event.type === "session.paid") {
      expect(event.data.payment?.amount === 1500, "payment");
    } else if (event.type === "tutor_recap.submitted") {
      expect(event.data.recap.next_steps === words, "recap");
    }
  }

  const told = (
    await client.GET("/v1/notifications", { params: { query: { session: id } } })
  ).data;
  expect(told !== undefined && told.notifications.length > 0, "notifications");
  for (const one of told.notifications) {
    if (one.kind === "payout_deposited") {
      const { amount, currency }: { amount: number; currency: string } = one.data;
      expect(amount === 1500 && currency === "USD", "what was deposited");
    }
  }

  const second = `${tag}-pair`;
  await taken({
    ...by("system:calendar"),
    subject: second,
    type: "recapd.session.schedule",
    data: schedule,
  });
  await taken({
    ...by(`student:${student}`),
    subject: second,
    type: "recapd.participant.accept",
    data: { student },
  });
  const limited = await refusals(
    {
      ...by(`tutor:${tutor}`),
      subject: second,
      type: "recapd.session.log_time",
      data: { minutes: 30 },
    },
    409,
  );
  expect(limited["pair-daily-limit"]?.remaining === 0, "one session a day");

  const eligible = (
    await client.GET("/v1/sessions/{id}/eligibility", {
      params: { path: { id: second } },
    })
  ).data;
  expect(eligible?.eligible === false, "the same before it is asked");

  const missing = await client.GET("/v1/sessions/{id}", {
    params: { path: { id: `${tag}-none` } },
  });
  expect(missing.error?.type === "urn:recapd:problem:unknown-session", "missing");
}

/** Every message that a receiver gets has a type with its fields. */
export function summary(message: Schemas["Message"]): string {
  if (message.type === "recapd.notify.student_recap_overdue")
    return `${message.data.to}: ${message.data.students.join(", ")}`;
  if (message.type === "recapd.event.session.cancelled")
    return message.data.reason;
  return message.subject;
}

export function limitOf(code: Schemas["LimitCode"]): string {
  switch (code) {
    case "tutor-weekly-limit":
    case "student-course-weekly-limit":
    case "course-weekly-limit":
      return "week";
    case "pair-daily-limit":
      return "day";
    default:
      return never(code);
  }
}

export const wrong: Command[] = [
  {
    ...by("system:x"),
    type: "recapd.session.cancel",
    // @ts-expect-error: a reason is asked for
    data: {},
  },
  {
    ...by("system:x"),
    type: "recapd.session.log_time",
    // @ts-expect-error: minutes are a number
    data: { minutes: "60" },
  },
  {
    ...by("system:x"),
    // @ts-expect-error: there is no such command
    type: "recapd.session.finish",
    data: { minutes: 60 },
  },
];
void session().then(() => console.log("openapi-fetch: ok"));
