// Mail as people see it: how it looks, where its links lead, their settings, and whom support
// sees that it does not reach.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import readline from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launch, look, open, person, pictures, wait_until } from "./browser.mjs";
import { Node, recap } from "./node.mjs";

const program = fileURLToPath(new URL("../support/mail_server.py", import.meta.url));
const folder = process.env.RECAPD_README_PICTURES ?? pictures;
let browser, node, server;
const mails = [];

before(async () => {
  server = spawn("/usr/bin/python3", [program], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = readline.createInterface({ input: server.stdout });
  const [first] = await once(lines, "line");
  lines.on("line", (line) => mails.push(JSON.parse(line)));
  node = await Node.start({
    http: { public_url: "https://recap.example" },
    mail: {
      smtp_url: JSON.parse(first).url, from: "Recaps <recaps@recap.example>", quiet: null,
      address: { tutor: "{id}@t.example", student: "{id}@s.example" },
    },
  });
  await node.call("POST", "/v1/clock", { set: "2027-03-01T17:00:00Z" });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await node?.end();
  server?.stdin.end();
});

/** Completes a session and sends what is due; returns the mail to a student, if it goes. */
async function completed(id, tutor, student) {
  const starts_at = await node.in_hours(0);
  await node.command("session.schedule", id, "system:registrar",
    { tutor, course: "MATH101", starts_at, modality: "online", students: [student] });
  await node.command("participant.accept", id, `student:${student}`, { student });
  await node.command("session.complete", id, `tutor:${tutor}`, { minutes: 60, recap });
  await wait_until(async () => (await node.get("/v1/receivers")).receivers.some(({ behind, held_back }) => behind + held_back === 0), "the feed");
  await node.advance("30m");
}

const mail_to = async (address) => {
  await wait_until(() => mails.some(({ to }) => to === address), `a mail to ${address}`);
  return mails.find(({ to }) => to === address);
};

test("a mail looks as it should, and its page is there", async () => {
  await node.call("PUT", "/v1/people/student:bob", { name: "Bob Abel" });
  await node.call("PUT", "/v1/people/tutor:ann", { name: "Ann O'Hara" });
  await completed("s-mail-1", "ann", "bob");
  const mail = await mail_to("bob@s.example");
  const context = await browser.newContext({ viewport: { width: 480, height: 420 }, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.setContent(mail.html);
  const text = await page.innerText("main");
  assert.match(text, /Hello Bob Abel/);
  assert.match(text, /Ann O'Hara has completed the MATH101 session/);
  if (folder) {
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: path.join(folder, "mail.png") });
  }
  const link = await page.getByRole("link", { name: "Write the recap" }).getAttribute("href");
  const tab = await open(await person(browser, node, "student:bob"), new URL(link).pathname);
  await tab.getByText("MATH101").first().waitFor();
});

test("who wants no more mail of a kind presses one button", async () => {
  const { text } = await mail_to("bob@s.example");
  const { pathname, search } = new URL(/No more mail of this kind: (\S+)/.exec(text)[1]);
  const page = await (await browser.newContext()).newPage();
  await page.goto(node.url + pathname + search);
  await page.getByRole("button", { name: "No more mail of this kind" }).click();
  await page.getByRole("heading", { name: "No more mail of this kind" }).waitFor();
  assert.match(await page.innerText("main"), /It is noted/);
  assert.deepEqual((await node.get("/v1/people/student:bob")).mute, ["student_recap_request"]);
});

test("people set where and when mail reaches them", async () => {
  const page = await open(await person(browser, node, "student:bob"), "/settings");
  assert.equal(await page.getByLabel("Recaps that are asked of you").isChecked(), false);
  await page.getByLabel("Recaps that are asked of you").check();
  await page.getByLabel("Address").fill("nowhere");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("expected one address").first().waitFor();
  await page.getByLabel("Address").fill("bob@home.example");
  await page.getByLabel("Time zone").fill("Asia/Kolkata");
  await page.getByLabel("Cancelled sessions").uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  await look(page, "settings");
  assert.deepEqual(await node.get("/v1/people/student:bob"), {
    who: "student:bob", name: "Bob Abel", address: "bob@home.example", timezone: "Asia/Kolkata", mute: ["session_cancelled"],
  });
});

test("support sees whom no mail reaches", async () => {
  await completed("s-mail-2", "ann", "gone-1");
  await wait_until(async () => (await node.get("/v1/people?unreachable=true")).items.length === 1, "the refusal");
  const page = await open(await person(browser, node, "support:eve"), "/desk?queue=all");
  await page.getByText("No mail reaches one person").click();
  await page.getByText("there is nobody of this name").waitFor();
  await look(page, "desk_unreached");
  const own = await open(await person(browser, node, "student:gone-1"), "/settings");
  await own.getByText("Mail to your address was refused").waitFor();
  await own.getByRole("button", { name: "Save" }).click();
  await own.getByText("Saved.").waitFor();
  assert.equal((await node.get("/v1/people?unreachable=true")).items.length, 0);
});
