// A real node on a manual clock, and what other programs than the pages send it.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import readline from "node:readline";
import { fileURLToPath } from "node:url";

const serve = fileURLToPath(new URL("serve.py", import.meta.url));

export const recap = {
  topics_covered: "We went through the chain rule and where it is used.",
  how_tutee_did: "They solved most of the exercises without any help at all.",
  next_steps: "Integration by parts, and the fourth sheet of homework until Monday.",
};

export const token_of = (who) => `token-of-${who.replace(":", "-")}-0123456789`;

/** `auth.tokens` of these people, each ROLE:ID. */
export const tokens_of = (...people) => people.map((as) => ({ as, token: token_of(as) }));

export class Node {
  /** Starts one with these settings of the config file. Where it knows tokens, calls are made
   * by who acts, else by the registrar. */
  static async start(config = {}) {
    const node = new Node();
    node.tokens = new Map(config.auth?.tokens?.map(({ as, token }) => [as, token]));
    node.process = spawn("/usr/bin/python3", [serve], { stdio: ["pipe", "pipe", "inherit"] });
    node.lines = readline.createInterface({ input: node.process.stdout })[Symbol.asyncIterator]();
    await node.say(JSON.stringify(config));
    return node;
  }

  async say(word) {
    this.process.stdin.write(`${word}\n`);
    const { value, done } = await this.lines.next();
    assert(!done, "serve.py ended: see what it printed above");
    this.url = JSON.parse(value).url;
  }

  /** Puts a text of one line into the inbox, as another program would. */
  insert(text) {
    return this.say(`inbox ${text}`);
  }

  async end() {
    this.process.stdin.end();
    const [code] = await once(this.process, "exit");
    assert.equal(code, 0, "serve.py failed: see what it printed above");
  }

  async call(method, path, body, headers = {}) {
    const token = this.tokens.get(body?.authid) ?? this.tokens.get("system:registrar");
    const response = await fetch(this.url + path, {
      method, body: body === undefined ? undefined : JSON.stringify(body),
      headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
    });
    return response.json();
  }

  get(path) {
    return this.call("GET", path);
  }

  /** The node's clock, so many hours later. */
  async in_hours(hours) {
    return new Date(Date.parse((await this.get("/v1/clock")).now) + hours * 3_600_000).toISOString();
  }

  async advance(span) {
    const answer = await this.call("POST", "/v1/clock", { advance: span });
    assert(answer.now, JSON.stringify(answer));
  }

  /** Sends a command that must be taken. */
  async command(type, subject, authid, data) {
    const outcome = await this.call("POST", "/v1/commands",
      { specversion: "1.0", id: randomUUID(), source: "/tests", type: `recapd.${type}`, subject, authid, data },
      { "content-type": "application/cloudevents+json" });
    assert.equal(outcome.outcome, "accepted", JSON.stringify(outcome));
    return outcome.session;
  }

  /** Schedules a session and lets these students accept; the others stay invited. */
  async schedule(id, { tutor, students, going = students, hours = -1, ...more }) {
    await this.command("session.schedule", id, "system:registrar", {
      tutor, students, course: `MATH-${id}`, starts_at: await this.in_hours(hours),
      modality: "in_person", timezone: "America/New_York", ...more });
    for (const student of going)
      await this.command("participant.accept", id, `student:${student}`, { student });
  }

  session(id) {
    return this.get(`/v1/sessions/${id}`);
  }

  async events(id) {
    return (await this.get(`/v1/sessions/${id}/history`)).events.map(({ type }) => type);
  }

  name(who, name) {
    return this.call("PUT", `/v1/people/${who}`, { name });
  }
}
