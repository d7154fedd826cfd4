// A command's id is one try of one decision: nothing happens twice, and no decision is
// taken for an earlier one.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { open, person, sizes, wait_until } from "./browser.mjs";
import { recap } from "./node.mjs";
import { browser, node } from "./world.mjs";

/** Notes what is sent, by the ids, and lets `answer` say what comes back: "drop" takes the
 * command to the node and loses the answer. */
async function commands_of(context) {
  const commands = { sent: [], answer: () => "pass" };
  await context.route(/\/v1\/commands\?session=true$/, async (route) => {
    const event = JSON.parse(route.request().postData());
    commands.sent.push(event.id);
    const how = await commands.answer();
    if (how === "pass") return route.continue();
    if (how !== "drop") return route.fulfill(how);
    await route.fetch();
    return route.abort();
  });
  return commands;
}

const kept = (page) => page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith("recapd.command:")));

async function write(page) {
  await page.getByLabel("What did you cover?").fill(recap.topics_covered);
  await page.getByLabel("How did it go for you?").fill(recap.how_tutee_did);
  await page.getByLabel("What comes next?").fill(recap.next_steps);
}

async function owed(id, student) {
  await node.schedule(id, { tutor: "ann", students: [student] });
  await node.command("session.complete", id, "tutor:ann", { minutes: 45, recap });
}

/** Reopens a session as support does, on its page. */
async function reopen(page, id) {
  await page.goto(`/sessions/${id}`);
  await page.getByRole("button", { name: "Reopen" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/^Hours/).fill("24");
  await dialog.getByLabel(/^Note/).fill("Late, agreed by phone");
  await dialog.locator("form button[type=submit]").click();
  await dialog.getByRole("button", { name: /^Reopen 1/ }).click();
}

test("what was decided again, after what it brought about was undone, happens again", async () => {
  await node.schedule("again-1", { tutor: "ann", students: ["sam"], going: [], hours: -90 });
  await wait_until(async () => (await node.session("again-1")).state === "missed", "a missed session");
  const support = await person(browser, node, "support:desk", { size: sizes.desktop });
  const commands = await commands_of(support);
  const page = await open(support, "/");
  commands.answer = () => "drop";
  await reopen(page, "again-1");
  await wait_until(async () => (await node.session("again-1")).state === "scheduled", "a command whose answer is lost");
  await page.goto("/healthz");
  assert.equal((await kept(page)).length, 1);
  await node.advance("26h");
  await wait_until(async () => (await node.session("again-1")).state === "missed", "a session missed again");
  commands.answer = () => "pass";
  await reopen(page, "again-1");
  await page.getByRole("dialog").getByText("1 done").first().waitFor();
  assert.equal((await node.session("again-1")).state, "scheduled");
  assert.deepEqual(await kept(page), []);
  await support.close();
});

test("what was refused, and the answer lost, is decided anew", async () => {
  await node.schedule("refused-1", { tutor: "ann", students: ["sam"] });
  const tutor = await person(browser, node, "tutor:ann");
  const commands = await commands_of(tutor);
  const page = await open(tutor, "/sessions/refused-1/complete");
  await page.getByLabel("What did you cover?").fill(recap.topics_covered);
  await page.getByLabel("How did your student do?").fill(recap.how_tutee_did);
  await page.getByLabel("What comes next?").fill(recap.next_steps);
  await page.getByLabel("60", { exact: true }).check();
  commands.answer = async () => {
    if (commands.sent.length === 1) await node.command("participant.invite", "refused-1", "tutor:ann", { student: "eli" });
    return "drop";
  };
  await page.getByRole("button", { name: "Complete session" }).click();
  await page.getByRole("button", { name: "Stop trying" }).waitFor();
  await page.goto("/healthz");
  assert.equal((await node.session("refused-1")).state, "scheduled", "an invitation had no answer");
  await node.command("participant.decline", "refused-1", "student:eli", { student: "eli" });
  const tries = commands.sent.length;
  commands.answer = () => "pass";
  await page.goto("/sessions/refused-1/complete");
  await page.getByRole("button", { name: "Complete session" }).click();
  await page.getByRole("heading", { name: "Your part is done" }).waitFor();
  assert.equal(commands.sent[tries], commands.sent[0], "what became of it");
  assert.notEqual(commands.sent[tries + 1], commands.sent[0]);
  assert.deepEqual(await kept(page), []);
  await tutor.close();
});

test("a try whose answer was lost is asked about after a reload, and happens once", async () => {
  await owed("lost-1", "kim");
  const student = await person(browser, node, "student:kim");
  const commands = await commands_of(student);
  const page = await open(student, "/sessions/lost-1/recap");
  await write(page);
  // It never reaches the node.
  commands.answer = () => ({ status: 502, contentType: "text/html", body: "<h1>Bad Gateway</h1>" });
  await page.getByRole("button", { name: "Send recap" }).click();
  await page.getByText("It is not known whether what you sent was taken.").waitFor();
  await page.reload();
  commands.answer = () => "pass";
  await page.getByRole("button", { name: "Send recap" }).click();
  await page.getByRole("heading", { name: "Your recap is in" }).waitFor();
  assert.equal(new Set(commands.sent).size, 1);
  const written = (await node.events("lost-1")).filter((type) => type === "student_recap.submitted");
  assert.equal(written.length, 1);
  assert.deepEqual(await kept(page), []);
  await student.close();
});

test("what was taken though its answer was lost is kept no longer once it is shown", async () => {
  await owed("shown-1", "lee");
  const student = await person(browser, node, "student:lee");
  const commands = await commands_of(student);
  const page = await open(student, "/sessions/shown-1/recap");
  await write(page);
  commands.answer = () => "drop";
  await page.getByRole("button", { name: "Send recap" }).click();
  await page.getByRole("heading", { name: "Your recap is in" }).waitFor();
  await wait_until(async () => (await page.evaluate(() => Object.keys(localStorage))).length === 0, "an empty device");
  await student.close();
});

test("an answer that is not the node's is told, and the same command is sent again", async () => {
  await owed("portal-1", "noor");
  const student = await person(browser, node, "student:noor");
  const commands = await commands_of(student);
  const page = await open(student, "/sessions/portal-1/recap");
  await write(page);
  commands.answer = () => (commands.sent.length === 1
    ? { status: 200, contentType: "text/html", body: "<h1>Welcome to our network</h1>" } : "pass");
  await page.getByRole("button", { name: "Send recap" }).click();
  await page.getByText("It is not known whether what you sent was taken.").waitFor();
  await page.getByRole("heading", { name: "Your recap is in" }).waitFor();
  assert.equal(new Set(commands.sent).size, 1);
  assert(commands.sent.length > 1);
  assert.deepEqual(page.troubles, []);
  await student.close();
});
