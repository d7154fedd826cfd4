// A tutor completes a session.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { look, open, person, wait_until } from "./browser.mjs";
import { recap } from "./node.mjs";
import { browser, node } from "./world.mjs";

beforeEach(() => node.say("start"));

async function write(page, words = recap) {
  await page.getByLabel("What did you cover?").fill(words.topics_covered);
  await page.getByLabel("How did your student do?").fill(words.how_tutee_did);
  await page.getByLabel("What comes next?").fill(words.next_steps);
}

/** Notes the ids of the commands that a page sends. */
function sent_by(page) {
  const ids = [];
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().includes("/v1/commands")) ids.push(request.postDataJSON().id);
  });
  return ids;
}

test("an online session: all reasons at once, a no-show, suggested minutes, leaving the call", async () => {
  await node.schedule("online-1", { tutor: "ann", students: ["sam", "noor"], going: ["sam"], hours: 0, modality: "online" });
  for (const who of ["tutor:ann", "student:sam"]) await node.command("call.join", "online-1", who, { participant: who });
  await node.advance("43m");
  const tutor = await person(browser, node, "tutor:ann");
  const page = await open(tutor, "/");
  await page.getByRole("link", { name: "Complete session" }).click();
  const unable = page.locator("#unable");
  await unable.getByText("An invitation has no answer yet.").waitFor();
  await look(page, "complete.unable");
  assert.equal(await page.getByLabel("45", { exact: true }).isChecked(), true, "43 minutes together");
  await page.getByText("You were in the call together for 45 min.").waitFor();
  await page.getByLabel("Leave the call").uncheck();
  await unable.getByText("Somebody is still in the call.").waitFor();
  assert.equal(await unable.locator("li").count(), 2);
  await page.getByLabel("Leave the call").check();
  await page.getByRole("button", { name: "noor did not join" }).click();
  await page.getByRole("button", { name: "Yes, remove" }).click();
  await unable.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Log time & leave call" }).click();
  await page.getByRole("alert").getByText("The recap has 0 of at least 150 characters").waitFor();
  await look(page, "complete.errors");
  await write(page);
  await page.getByText("long enough").waitFor();
  await page.getByRole("alert").waitFor({ state: "detached" });
  await look(page, "complete.form");
  await page.getByRole("button", { name: "Log time & leave call" }).click();
  await page.getByRole("heading", { name: "Your part is done" }).waitFor();
  await page.getByText("$11.25").waitFor();
  await page.getByText("students are reminded").waitFor();
  await look(page, "complete.afterwards");
  await node.command("recap.submit", "online-1", "student:sam", { recap });
  await page.getByText("You were paid").waitFor();
  const session = await node.session("online-1");
  assert.equal(session.state, "paid");
  assert.equal(session.payout.amount, 1125);
  assert.deepEqual(session.tutor_recap, recap);
  await tutor.close();
});

test("the live count is the engine's", async () => {
  await node.schedule("count-1", { tutor: "kay", students: ["sam"] });
  const tutor = await person(browser, node, "tutor:kay");
  const page = await open(tutor, "/sessions/count-1/complete");
  const written = {
    topics_covered: "  क्षत्रिय नमस्ते \u200b\u2800  👨‍👩‍👧‍👦 🇩🇪🇫🇷 e\u0301 ",
    how_tutee_did: "한국어 각 \u1112\u1161\u11ab\r\n\r\nทำ", next_steps: "مرحبا\u00ad \u2067abc\u2069 👍🏽" };
  await write(page, written);
  const outcome = await node.call("POST", "/v1/commands?dry_run=true",
    { specversion: "1.0", id: "count", source: "/tests", type: "recapd.session.complete", subject: "count-1",
      authid: "tutor:kay", data: { minutes: 30, recap: written } }, { "content-type": "application/cloudevents+json" });
  const [refusal] = outcome.refusals;
  assert.equal(refusal.code, "recap-too-short");
  const [engines] = refusal.detail.match(/\d+/);
  assert.equal(await page.locator("#recap-count").getAttribute("data-characters"), engines, refusal.detail);
  await tutor.close();
});

test("what a tutor was writing survives a closed tab", async () => {
  await node.schedule("draft-1", { tutor: "bea", students: ["sam"] });
  const tutor = await person(browser, node, "tutor:bea");
  const page = await open(tutor, "/sessions/draft-1/complete");
  await page.getByLabel("What did you cover?").fill("Half a thought");
  await page.getByLabel("25", { exact: true }).check();
  await page.close();
  const again = await open(tutor, "/sessions/draft-1/complete");
  await again.getByText("What you had written is still here.").waitFor();
  assert.equal(await again.getByLabel("What did you cover?").inputValue(), "Half a thought");
  assert.equal(await again.getByLabel("25", { exact: true }).isChecked(), true);
  await write(again);
  await again.getByRole("button", { name: "Complete session" }).click();
  await again.getByRole("heading", { name: "Your part is done" }).waitFor();
  const kept = await again.evaluate(() => Object.keys(localStorage).filter((name) => /draft|command/.test(name)));
  assert.deepEqual(kept, [], "what was taken is not kept");
  await tutor.close();
});

test("while the node is away the form keeps everything, and sends the same command again", async () => {
  await node.schedule("away-1", { tutor: "cho", students: ["sam"] });
  const tutor = await person(browser, node, "tutor:cho");
  const page = await open(tutor, "/sessions/away-1/complete");
  const ids = sent_by(page);
  await page.getByLabel("30", { exact: true }).check();
  await write(page);
  await node.say("stop");
  await page.getByRole("button", { name: "Complete session" }).click();
  await page.getByText("Your entries are kept.").waitFor();
  assert.equal(await page.getByLabel("What comes next?").inputValue(), recap.next_steps);
  await look(page, "complete.waiting");
  await node.say("start");
  await page.getByRole("heading", { name: "Your part is done" }).waitFor();
  assert(ids.length > 1);
  assert.equal(new Set(ids).size, 1, "every try has the same id");
  await tutor.close();
});

test("an answer that was lost with a node that was killed: nothing happens twice", async () => {
  await node.schedule("lost-1", { tutor: "dan", students: ["sam"] });
  const tutor = await person(browser, node, "tutor:dan");
  await tutor.route("**/v1/events", (route) => route.abort()); // it would tell the outcome
  const page = await open(tutor, "/sessions/lost-1/complete");
  const ids = sent_by(page);
  await page.route("**/v1/commands*", async (route) => {
    await page.unroute("**/v1/commands*");
    await route.fetch();
    await node.say("kill");
    await route.abort();
  });
  await page.getByLabel("30", { exact: true }).check();
  await write(page);
  await page.getByRole("button", { name: "Complete session" }).click();
  await page.getByText("Your entries are kept.").waitFor();
  await node.say("start");
  await page.getByRole("heading", { name: "Your part is done" }).waitFor();
  const logged = (await node.events("lost-1")).filter((type) => type === "time.logged");
  assert.equal(logged.length, 1);
  assert(ids.length > 1);
  assert.equal(new Set(ids).size, 1, "every try has the same id");
  await tutor.close();
});

test("what was sent from a tab that is gone is sent by the next one as the same command", async () => {
  await node.schedule("gone-1", { tutor: "gen", students: ["sam"] });
  const tutor = await person(browser, node, "tutor:gen");
  await tutor.route("**/v1/commands*", (route) => route.abort());
  const page = await open(tutor, "/sessions/gone-1/complete");
  const ids = sent_by(page);
  await page.getByLabel("30", { exact: true }).check();
  await write(page);
  await page.getByRole("button", { name: "Complete session" }).click();
  await page.getByText("Your entries are kept.").waitFor();
  await page.close();
  await tutor.unroute("**/v1/commands*");
  const again = await open(tutor, "/sessions/gone-1/complete");
  const more = sent_by(again);
  await again.getByRole("button", { name: "Complete session" }).click();
  await again.getByRole("heading", { name: "Your part is done" }).waitFor();
  assert.equal(new Set([...ids, ...more]).size, 1);
  await tutor.close();
});

test("a session that was missed: support is asked, once", async () => {
  await node.schedule("missed-1", { tutor: "eli", students: ["sam"], hours: -1 });
  await node.advance("80h");
  const tutor = await person(browser, node, "tutor:eli");
  const page = await open(tutor, "/");
  await page.getByRole("link", { name: "Ask support" }).click();
  await page.getByRole("heading", { name: "This session was missed" }).waitFor();
  await look(page, "complete.missed");
  await page.getByRole("button", { name: "Ask support to reopen it" }).click();
  await page.getByText("Write what happened.").waitFor();
  await page.getByLabel("What happened?").fill("The power was out");
  await page.getByRole("button", { name: "Ask support to reopen it" }).click();
  await page.getByText("Support has been asked").waitFor();
  await look(page, "complete.asked");
  const { sessions } = await node.get("/v1/sessions?support=asked");
  assert.deepEqual(sessions.map(({ id }) => id), ["missed-1"]);
  await tutor.close();
});

test("time that was logged elsewhere: only the recap is asked for", async () => {
  await node.schedule("logged-1", { tutor: "fay", students: ["sam"] });
  await node.command("session.log_time", "logged-1", "tutor:fay", { minutes: 50 });
  const tutor = await person(browser, node, "tutor:fay");
  const page = await open(tutor, "/sessions/logged-1/complete");
  await page.getByText("You have logged 50 min.").waitFor();
  assert.equal(await page.getByText("How many minutes?").count(), 0);
  await write(page);
  await look(page, "complete.time_logged");
  await page.getByRole("button", { name: "Complete session" }).click();
  await page.getByRole("heading", { name: "Your part is done" }).waitFor();
  assert.equal((await node.session("logged-1")).state, "awaiting_student_recap");
  await tutor.close();
});

test("minutes that a limit leaves no room for cannot be chosen", async () => {
  for (const [i, minutes] of [90, 70].entries()) {
    await node.schedule(`limit-${i}`, { tutor: `gus-${i}`, students: ["lim"], course: "PHYS101" });
    await node.command("session.complete", `limit-${i}`, `tutor:gus-${i}`, { minutes, recap });
  }
  await node.schedule("limit-2", { tutor: "gus", students: ["lim"], course: "PHYS101" });
  const tutor = await person(browser, node, "tutor:gus");
  const page = await open(tutor, "/sessions/limit-2/complete");
  await page.getByText("The limits of this week leave 20 min.").waitFor();
  assert.equal(await page.getByLabel("20", { exact: true }).isEnabled(), true);
  assert.equal(await page.getByLabel("25", { exact: true }).isEnabled(), false);
  await look(page, "complete.limited");
  await tutor.close();
});

test("another tutor's session is not completed here, and one that is none neither", async () => {
  await node.schedule("theirs-1", { tutor: "hal", students: ["sam"] });
  const tutor = await person(browser, node, "tutor:ida");
  const page = await open(tutor, "/sessions/theirs-1/complete");
  await page.getByText("This session is another tutor's.").waitFor();
  await page.goto("/sessions/no-such/complete");
  await page.getByRole("heading", { name: "There is nothing of that name" }).waitFor();
  await look(page, "complete.missing");
  await tutor.close();
});

test("where a student has not answered the tutor is told what to do, with a link to send them", async () => {
  await node.schedule("ask-1", { tutor: "jan", students: ["sue"], going: [], hours: -1 });
  const tutor = await person(browser, node, "tutor:jan", { permissions: ["clipboard-read", "clipboard-write"] });
  const page = await open(tutor, "/sessions/ask-1/complete");
  const unable = page.locator("#unable");
  await unable.getByText("Not answered yet: sue.").waitFor();
  await unable.getByRole("button", { name: "Copy the link" }).click();
  await unable.getByText("Copied.").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${node.url}/sessions/ask-1`);
  await page.getByRole("button", { name: "Complete session" }).click();
  await wait_until(() => page.evaluate(() => document.activeElement.id === "unable"), "what stands in the way");
  assert.equal(await page.getByRole("alert").count(), 0, "it is said once");
  await page.getByRole("button", { name: "sue did not join" }).click();
  await page.getByRole("group", { name: "Remove sue from the session?" }).getByRole("button", { name: "Yes, remove" }).click();
  await unable.getByText("No student who is going is left in it.").waitFor();
  await look(page, "complete.nobody");
  await unable.getByRole("button", { name: "Students or cancel" }).click();
  await page.getByRole("dialog").getByLabel("Why?").fill("Nobody came");
  await page.getByRole("dialog").getByRole("button", { name: "Cancel the session" }).click();
  await page.getByRole("heading", { name: "There is nothing to complete" }).waitFor();
  await page.getByText("Nobody came").waitFor();
  await tutor.close();
});

test("a session that a limit forbids shows no form, and the reason with its figures once", async () => {
  for (const id of ["pair-1", "pair-2"]) await node.schedule(id, { tutor: "kit", students: ["sue"], course: "PHYS101" });
  await node.command("session.complete", "pair-1", "tutor:kit", { minutes: 30, recap });
  const tutor = await person(browser, node, "tutor:kit");
  const page = await open(tutor, "/sessions/pair-2/complete");
  await page.getByText(/sue. 1 of 1 are used on \w+, \w+ \d+, 0 left\./).waitFor();
  assert.equal(await page.getByLabel("What did you cover?").count(), 0);
  await look(page, "complete.forbidden");
  await tutor.close();
});

test("minutes that cannot have passed yet are asked about, and nobody is late during a session", async () => {
  await node.schedule("early-1", { tutor: "lou", students: ["sue"], hours: -0.5 });
  const tutor = await person(browser, node, "tutor:lou");
  const page = await open(tutor, "/");
  await page.locator(".badge", { hasText: "Under way" }).waitFor();
  await page.getByText("Log it once it is over, by").waitFor();
  await page.getByRole("link", { name: "Complete session" }).click();
  await page.getByLabel("90", { exact: true }).check();
  await page.getByText("It began 30 min ago, and you log 1 h 30 min.").waitFor();
  await page.getByLabel("30", { exact: true }).check();
  await page.locator("#doubts").waitFor({ state: "detached" });
  await page.goto("/");
  await page.getByRole("link", { name: "Go on completing it" }).waitFor();
  await tutor.close();
});

test("what was being written when the deadline came is kept, and the page says so", async () => {
  await node.schedule("kept-1", { tutor: "ned", students: ["sue"] });
  const tutor = await person(browser, node, "tutor:ned");
  const page = await open(tutor, "/sessions/kept-1/complete");
  await page.getByLabel("What did you cover?").fill("Half a thought");
  await page.locator(".stream.live").waitFor();
  await node.advance("80h");
  await page.getByText("What you were writing is kept on this device.").waitFor();
  await node.command("support.reopen", "kept-1", "support:eve", { hours: 24, note: "Go on" });
  await page.getByLabel("What did you cover?").waitFor();
  assert.equal(await page.getByLabel("What did you cover?").inputValue(), "Half a thought");
  await page.getByText("Support gave new time to log it").waitFor();
  await tutor.close();
});

test("what support decided stands on the session, with their reason", async () => {
  await node.schedule("denied-1", { tutor: "mia", students: ["sue"] });
  await node.advance("80h");
  const tutor = await person(browser, node, "tutor:mia");
  const page = await open(tutor, "/sessions/denied-1/complete");
  await page.getByLabel("What happened?").fill("The power was out");
  await page.getByRole("button", { name: "Ask support to reopen it" }).click();
  await page.getByText("Support has been asked.").waitFor();
  await page.goto("/");
  await page.getByRole("heading", { name: "Waits for others (1)" }).waitFor();
  await node.name("support:eve", "Eve Stone");
  await node.command("support.deny", "denied-1", "support:eve", { note: "Too late, sorry" });
  await page.locator(".badge", { hasText: "Support did not reopen it" }).waitFor();
  await page.getByText("Why?").click();
  await page.getByText("Too late, sorry").waitFor();
  await page.getByText("Eve Stone").waitFor();
  await look(page, "my_sessions.denied");
  await tutor.close();
});
