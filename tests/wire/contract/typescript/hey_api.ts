// SPDX-License-Identifier: Apache-2.0
// A whole session, refusals too, with the client that @hey-api/openapi-ts makes.
import { base, expect, identity, now, tag, until, words } from "./expect";
import { client } from "./hey/client.gen";
import {
  getHistory,
  getSession,
  listNotifications,
  sendCommand,
} from "./hey/sdk.gen";
import type {
  Command,
  Message,
  Recap,
  Refusal,
  Session,
} from "./hey/types.gen";

client.setConfig({ baseUrl: base });
const id = `${tag}-hey`;
const tutor = `${tag}-teacher`;
const student = `${tag}-bob`;
const recap: Recap = {
  topics_covered: words,
  how_tutee_did: words,
  next_steps: words,
};
const by = (authid: string) =>
  ({ specversion: "1.0", ...identity(), subject: id, authid }) as const;

async function taken(body: Command): Promise<Session> {
  const { data, error } = await sendCommand({ body });
  expect(data !== undefined, `${body.type}: ${JSON.stringify(error)}`);
  expect("outcome" in data && data.session !== null, body.type);
  return data.session;
}

async function refused(body: Command, status: number): Promise<Refusal[]> {
  const { error, response } = await sendCommand({ body });
  expect(error !== undefined && response.status === status, body.type);
  expect("refusals" in error, error.detail);
  return error.refusals;
}

async function session() {
  await taken({
    ...by("system:calendar"),
    type: "recapd.session.schedule",
    data: {
      tutor,
      course: `${tag}-latin`,
      starts_at: now,
      modality: "online",
      students: [student],
    },
  });
  const both = { minutes: 45, recap };
  const waiting = await refused(
    { ...by(`tutor:${tutor}`), type: "recapd.session.complete", data: both },
    409,
  );
  expect(waiting[0]?.code === "student-not-going", JSON.stringify(waiting));
  await taken({
    ...by(`student:${student}`),
    type: "recapd.participant.accept",
    data: { student },
  });
  await taken({
    ...by(`student:${student}`),
    type: "recapd.call.join",
    data: { participant: `student:${student}` },
  });
  const talking = await refused(
    { ...by(`tutor:${tutor}`), type: "recapd.session.complete", data: both },
    409,
  );
  expect(talking[0]?.code === "participants-in-call", JSON.stringify(talking));
  await taken({
    ...by(`tutor:${tutor}`),
    type: "recapd.session.complete",
    data: { ...both, leave_call: true },
  });
  const twice = await refused(
    { ...by(`tutor:${tutor}`), type: "recapd.recap.submit", data: { recap } },
    409,
  );
  expect(twice[0]?.code === "recap-already-submitted", JSON.stringify(twice));
  await taken({
    ...by(`student:${student}`),
    type: "recapd.recap.submit",
    data: { recap },
  });

  const found = await until(
    () => getSession({ path: { id } }),
    (s) => s.state === "paid",
  );
  expect(found.payout?.amount === 1125, "three quarters of an hour");
  const events = (await getHistory({ path: { id } })).data?.events ?? [];
  const joined = events.find((e) => e.type === "call.joined");
  expect(joined?.data.participant === `student:${student}`, "who joined");
  const told = (await listNotifications({ query: { session: id } })).data;
  const pay = told?.notifications.find((n) => n.kind === "payout_deposited");
  expect(pay?.data.amount === 1125, "what was deposited");
  const gone = await getSession({ path: { id: `${tag}-none` } });
  expect(gone.error?.type === "urn:recapd:problem:unknown-session", "missing");
}

export function amountOf(message: Message): number | null {
  return message.type === "recapd.notify.payout_deposited"
    ? message.data.amount
    : null;
}

export const wrong: Command = {
  ...by("support:ann"),
  type: "recapd.support.deny",
  // @ts-expect-error: it is a note that is asked for
  data: { reason: "too late" },
};
void session().then(() => console.log("@hey-api/openapi-ts: ok"));
