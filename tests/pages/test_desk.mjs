// The support desk: many sessions at once, with previews, by keyboard alone, too.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { look, open, person, sizes, wait_until } from "./browser.mjs";
import { recap } from "./node.mjs";
import { browser, node } from "./world.mjs";

beforeEach(() => node.say("start"));

const desk = (who = "support:eve") => person(browser, node, who, { size: sizes.desktop });
const rows = (page) => page.locator("tbody tr");
const dialog = (page) => page.getByRole("dialog");
const choose = (page, id) => page.getByLabel(`Select ${id}`, { exact: true }).check();
const act = (page, name) => page.locator(".act-bar").getByRole("button", { name }).click();
const facts = async (page) => Object.fromEntries(await dialog(page).locator(".effects > div").evaluateAll((all) =>
  all.map((one) => [one.querySelector("dt").textContent, one.querySelector("dd").textContent.trim()])));
const focused = (page) => page.evaluate(() => document.activeElement?.textContent.trim());

async function tab_to(page, name, most = 60, key = "Tab") {
  for (let i = 0; i < most; ++i) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press(key);
  }
  assert.fail(`no ${name} within ${most} steps`);
}

const paid = async (id, { tutor, students }, minutes = 60) => {
  await node.schedule(id, { tutor, students });
  await node.command("session.complete", id, `tutor:${tutor}`, { minutes, recap });
  for (const student of students) await node.command("recap.submit", id, `student:${student}`, { recap });
};

test("forty missed sessions are reopened by keyboard alone", async () => {
  for (let i = 0; i < 40; ++i) await node.schedule(`forty-${i}`, { tutor: `t-${i}`, students: [`s-${i}`] });
  await node.advance("73h");
  const support = await desk();
  const page = await open(support, "/desk");
  await page.getByText("Missed: 40 sessions").waitFor();
  assert.match(page.url(), /queue=missed$/, "the first queue in which something waits");
  await look(page, "desk.missed");
  await page.locator("thead input").focus();
  await page.keyboard.press("Space");
  await page.locator(".act-bar").getByText("40 chosen").waitFor();
  await tab_to(page, "Reopen", 20, "Shift+Tab");
  await page.keyboard.press("Enter");
  await dialog(page).getByLabel("Hours of the new window").waitFor();
  await tab_to(page, "See what it would do");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("Write a note").waitFor();
  await look(page, "desk.act");
  await dialog(page).getByRole("link", { name: /Write a note/ }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.type("The network was down.");
  await tab_to(page, "See what it would do");
  await page.keyboard.press("Enter");
  await dialog(page).locator(".effects").waitFor();
  assert.deepEqual(await facts(page), { "Sessions": "40", "Time that counts": "unchanged", "Tutors get": "unchanged",
    "Who is told": (await facts(page))["Who is told"] });
  assert.match((await facts(page))["Who is told"], /^40 × There is a new window to log it/);
  assert.equal((await node.get("/v1/queues")).missed, 40, "nothing was sent by a preview");
  await look(page, "desk.preview");
  await tab_to(page, "Reopen 40");
  await page.keyboard.press("Enter");
  await dialog(page).getByText("40 done").first().waitFor();
  await look(page, "desk.done");
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  await page.getByText("No session is missed.").waitFor();
  assert.notEqual(await page.evaluate(() => document.activeElement?.tagName), "BODY", "the focus is somewhere");
  const { sessions } = await node.get("/v1/sessions?state=scheduled");
  assert.equal(sessions.filter(({ id }) => id.startsWith("forty-")).length, 40);
  await support.close();
});

test("what would be refused is left out, what others did meanwhile is told and not undone", async () => {
  for (const id of ["deny-1", "deny-2"]) await node.schedule(id, { tutor: `of-${id}`, students: ["kim"] });
  await node.advance("73h");
  await node.schedule("deny-3", { tutor: "of-deny-3", students: ["kim"], hours: 5 });
  await node.command("support.request", "deny-1", "tutor:of-deny-1", { message: "I was ill, <b>really</b>" });
  // Long names leave little room to what stands beside them.
  await node.name("tutor:of-deny-1", "Wolfeschlegelsteinhausenbergerdorff Constantinopoulou");
  await node.name("student:kim", "Featherstonehaughcholmondeley Bartholomew-Wolverhampton");
  const support = await desk();
  const page = await open(support, "/desk?queue=asked");
  await page.getByText("I was ill, <b>really</b>").waitFor();
  assert.equal(await rows(page).count(), 1);
  await look(page, "desk.asked");
  await page.goto("/desk?queue=all&student=kim");
  for (const id of ["deny-1", "deny-2", "deny-3"]) await choose(page, id);
  await act(page, "Deny");
  await dialog(page).getByLabel("Note").fill("Too late");
  await dialog(page).getByRole("button", { name: "See what it would do" }).click();
  await dialog(page).getByText("1 would be refused and is left out").waitFor();
  assert.equal(await dialog(page).locator(".results li").getAttribute("data-session"), "deny-3");
  await look(page, "desk.left_out");
  await node.command("support.reopen", "deny-2", "support:other", { hours: 2, note: "first" });
  await dialog(page).getByRole("button", { name: "Deny 2" }).click();
  await dialog(page).getByText("1 done, 1 changed meanwhile").first().waitFor();
  await dialog(page).locator(".results li[data-session=deny-2]").getByText(/Reopened by support, by other/).waitFor();
  await look(page, "desk.refused");
  await node.advance("3h");
  await dialog(page).getByRole("button", { name: "See what it would do with the other 2" }).click();
  await dialog(page).getByText("1 session has changed since you looked, and is left out:").waitFor();
  await dialog(page).getByText("1 would be refused and is left out").waitFor();
  assert.equal(await dialog(page).getByRole("button", { name: /^Deny/ }).count(), 0, "nothing to send before it is meant");
  await dialog(page).getByLabel("Deny it all the same").check();
  await dialog(page).getByRole("button", { name: "Deny 1" }).click();
  await dialog(page).getByText("1 done").first().waitFor();
  assert.equal((await node.session("deny-2")).state, "update_denied");
  assert.equal((await node.session("deny-3")).state, "scheduled");
  await support.close();
});

test("what a colleague denied while a preview was open, or a list was, is not reopened", async () => {
  const ids = ["two-1", "two-2", "two-3", "two-4"];
  for (const id of ids) await node.schedule(id, { tutor: `of-${id}`, students: ["pia"] });
  await node.advance("73h");
  const support = await desk();
  const page = await open(support, "/desk?queue=missed&student=pia");
  for (const id of ids) await choose(page, id);
  await act(page, "Reopen");
  await node.command("support.deny", "two-1", "support:night-desk", { note: "The student says it did not take place" });
  await dialog(page).getByText(/It can be logged until/).waitFor();
  await dialog(page).getByLabel("Note").fill("The network was down");
  await dialog(page).getByRole("button", { name: "See what it would do" }).click();
  await dialog(page).locator(".results li[data-session=two-1]").getByText(/Update denied by support, by night-desk/).waitFor();
  assert.equal((await facts(page))["Sessions"], "3", "what has changed is not counted");
  await look(page, "desk.changed");
  await node.command("support.deny", "two-2", "support:night-desk", { note: "Nor this one" });
  await dialog(page).getByRole("button", { name: "Reopen 3" }).click();
  await dialog(page).getByText("2 done, 1 changed meanwhile").first().waitFor();
  await dialog(page).locator(".results li[data-session=two-2]").getByText(/by night-desk/).waitFor();
  await dialog(page).getByRole("button", { name: "Close" }).click();
  const states = await Promise.all(ids.map(async (id) => (await node.session(id)).state));
  assert.deepEqual(states, ["update_denied", "update_denied", "scheduled", "scheduled"]);
  await support.close();
});

test("a preview that is left by Escape keeps what was written, and a form has the focus in its first field", async () => {
  await node.schedule("kept-1", { tutor: "of-kept", students: ["kay"] });
  await node.advance("73h");
  const support = await desk();
  const page = await open(support, "/desk?queue=missed&student=kay");
  await choose(page, "kept-1");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Go to what can be done with the 1 chosen");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Reopen");
  await page.keyboard.press("Enter");
  await wait_until(() => page.evaluate(() => document.activeElement?.id === "act-hours"), "the focus in the first field");
  await dialog(page).getByLabel("Note").fill("Kept");
  await dialog(page).getByRole("button", { name: "See what it would do" }).click();
  await dialog(page).getByRole("button", { name: "Reopen 1" }).waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await dialog(page).getByLabel("Note").inputValue(), "Kept");
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  assert.equal((await node.session("kept-1")).state, "missed");
  await support.close();
});

test("a preview that was left before it was there does not stand in the next one", async () => {
  await paid("left-1", { tutor: "lea", students: ["lou"] });
  const support = await desk();
  const held = [];
  const release = [];
  await support.route(/\/v1\/commands\?dry_run=true/, async (route) => {
    held.push(route.request().postDataJSON().data.minutes);
    await new Promise((resolve) => release.push(resolve));
    await route.continue().catch(() => undefined); // the page asks no more
  });
  const page = await open(support, "/desk?queue=all&q=lea");
  await choose(page, "left-1");
  await act(page, "Correct minutes");
  const ask = async (minutes) => {
    await dialog(page).getByLabel("Minutes that were tutored").fill(minutes);
    await dialog(page).getByLabel("Note").fill("They ended early");
    await dialog(page).getByRole("button", { name: "See what it would do" }).click();
    await wait_until(() => held.at(-1) === Number(minutes), `the preview of ${minutes} minutes`);
  };
  await ask("30");
  await page.keyboard.press("Escape");
  await ask("45");
  release[0]();
  await dialog(page).getByRole("progressbar").waitFor();
  assert.equal(await dialog(page).getByRole("button", { name: "Correct 1" }).count(), 0);
  release[1]();
  await dialog(page).getByText("1 h → 45 min").waitFor();
  await support.close();
});

test("minutes are corrected and sessions voided, with the figures beforehand", async () => {
  await paid("money-1", { tutor: "mo", students: ["pat"] });
  await paid("money-2", { tutor: "mia", students: ["pip"] });
  const support = await desk();
  const page = await open(support, "/desk?queue=all&state=paid");
  for (const id of ["money-1", "money-2"]) await choose(page, id);
  await act(page, "Correct minutes");
  await dialog(page).getByText("Counted now: 1 h").waitFor();
  await dialog(page).getByLabel("Minutes that were tutored").fill("42");
  await dialog(page).getByLabel("Note").fill("They ended early");
  await dialog(page).getByRole("button", { name: "See what it would do" }).click();
  await dialog(page).locator(".effects").waitFor();
  const figures = await facts(page);
  assert.equal(figures["Sessions"], "2");
  assert.equal(figures["Time that counts"], "-30 min");
  assert.equal(figures["Tutors get"], "-$7.50");
  assert.equal(figures["Time of a session"], "2 × 1 h → 45 min", "as it is rounded");
  await dialog(page).getByRole("button", { name: "Correct 2" }).click();
  await dialog(page).getByText("2 done").first().waitFor();
  assert.equal((await node.session("money-1")).payout.amount, 1125);
  await page.keyboard.press("Escape");
  await choose(page, "money-2");
  await act(page, "Void");
  await dialog(page).getByLabel("Note").fill("It did not take place");
  await dialog(page).getByRole("button", { name: "See what it would do" }).click();
  await dialog(page).getByText("-$11.25").waitFor();
  await dialog(page).getByText("-45 min").waitFor();
  await dialog(page).getByRole("button", { name: "Void 1" }).click();
  await dialog(page).getByText("1 done").first().waitFor();
  assert.equal((await node.session("money-2")).state, "voided");
  assert.equal((await node.session("money-1")).state, "paid");
  await page.keyboard.press("Escape");
  await page.goto("/desk?queue=all&state=voided");
  await choose(page, "money-2");
  assert.equal(await page.locator(".act-bar").getByRole("button", { name: "Correct minutes" }).isEnabled(), false);
  await support.close();
});

test("a no-show is removed from one of several sessions", async () => {
  for (const id of ["absent-1", "absent-2"]) await node.schedule(id, { tutor: `of-${id}`, students: ["ada", "bob"] });
  const support = await desk();
  const page = await open(support, "/desk?queue=all&q=ada");
  for (const id of ["absent-1", "absent-2"]) await choose(page, id);
  await act(page, "Remove a no-show");
  await dialog(page).getByRole("button", { name: "See what it would do" }).click();
  await page.getByRole("alert").getByText("Choose who did not come.").waitFor();
  await dialog(page).locator('[id="absent-absent-2.bob"]').check();
  await look(page, "desk.absent");
  await dialog(page).getByRole("button", { name: "See what it would do" }).click();
  await dialog(page).getByRole("button", { name: "Remove 1" }).click();
  await dialog(page).getByText("1 done").first().waitFor();
  const statuses = async (id) => (await node.session(id)).participants.map(({ status }) => status);
  assert.deepEqual(await statuses("absent-1"), ["going", "going"]);
  assert.deepEqual(await statuses("absent-2"), ["going", "removed"]);
  await support.close();
});

test("a node that is away in the middle: all is sent again, and happens once", async () => {
  for (let i = 0; i < 6; ++i) await node.schedule(`away-${i}`, { tutor: `away-t-${i}`, students: ["zoe"] });
  await node.advance("73h");
  const support = await desk();
  const page = await open(support, "/desk?queue=missed&student=zoe");
  await page.getByText("Missed: 6 sessions").waitFor();
  await page.getByLabel("Select all").check();
  await act(page, "Reopen");
  await dialog(page).getByLabel("Note").fill("The network was down");
  await dialog(page).getByRole("button", { name: "See what it would do" }).click();
  const send = dialog(page).getByRole("button", { name: "Reopen 6" });
  await send.waitFor();
  await node.say("stop");
  await send.click();
  await dialog(page).getByText("The server is busy or being restarted.").waitFor();
  await node.say("start");
  await dialog(page).getByText("6 done").first().waitFor();
  for (let i = 0; i < 6; ++i) {
    const events = await node.events(`away-${i}`);
    assert.equal(events.filter((type) => type === "session.reopened").length, 1, `away-${i}`);
  }
  await support.close();
});

test("anything is searched by, the address keeps it, and columns sort", async () => {
  await node.name("student:una", "Una Lee");
  await node.schedule("find-1", { tutor: "ora", students: ["una"], hours: 10, course: "BIO120", program: "evening" });
  await node.schedule("find-2", { tutor: "abe", students: ["una"], hours: 30, course: "ART200", program: "evening" });
  const support = await desk();
  const page = await open(support, "/desk?queue=all");
  const ids = () => page.locator("tbody td[data-label=Session]").allTextContents();
  const sorted = () => wait_until(async () => (await ids()).join() === "find-2,find-1", "find-2 before find-1");
  for (const [word, found] of [["find-1", 1], ["ora", 1], ["una", 2], ["BIO120", 1], ["evening", 2]]) {
    await page.getByLabel("Search", { exact: true }).fill(word);
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.searchParams.get("q") === word); // else the list is the word's before
    await page.getByText(`All sessions: ${found} session`).waitFor();
    assert((await ids()).every((id) => id.startsWith("find-")), word);
  }
  await page.getByRole("button", { name: "Tutor" }).click();
  await page.waitForURL((url) => url.searchParams.get("order") === "tutor");
  await sorted();
  await page.reload();
  await page.getByText("All sessions: 2 sessions").waitFor();
  await sorted();
  assert.equal(await page.getByLabel("Search", { exact: true }).inputValue(), "evening");
  await page.getByText("Filters", { exact: true }).click();
  await page.getByLabel("Course").fill("ART200");
  await look(page, "desk.search");
  await page.keyboard.press("Enter");
  await page.getByText("All sessions: 1 session").waitFor();
  await page.getByLabel("Search", { exact: true }).fill("Una Lee");
  await page.keyboard.press("Enter");
  await page.getByText("People are searched by their ids.").waitFor();
  await look(page, "desk.nothing");
  await page.getByRole("link", { name: /^Una Lee/ }).click();
  await page.waitForURL((url) => url.searchParams.get("q") === "una");
  await support.close();
});

test("a search in a queue says where it searched, and what it would find elsewhere", async () => {
  await node.schedule("where-1", { tutor: "wes", students: ["wim"], hours: 10 });
  await node.schedule("where-2", { tutor: "wes", students: ["wim"], hours: 30 });
  const support = await desk();
  const page = await open(support, "/desk?queue=missed");
  await page.getByText("Searched in: Missed").waitFor();
  await page.getByLabel("Search", { exact: true }).fill("wes");
  await page.keyboard.press("Enter");
  await page.getByText("None in “Missed” is like that.").waitFor();
  await look(page, "desk.elsewhere");
  await page.getByRole("link", { name: "2 sessions in All sessions" }).click();
  await page.getByText("All sessions: 2 sessions").waitFor();
  assert.match(page.url(), /queue=all/);
  await page.goto("/desk?queue=missed&q=nobody-here");
  await page.getByText("None in All sessions either.").waitFor();
  await page.goto("/desk?queue=nowhere");
  await page.getByText("Searched in: All sessions").waitFor();
  assert.equal(await page.locator("[data-queue=nowhere]").count(), 0, "a queue that there is not");
  await support.close();
});

test("what is chosen is what is shown, and a session leads back to its list and to the next", async () => {
  for (const id of ["row-1", "row-2", "row-3"]) await node.schedule(id, { tutor: `of-${id}`, students: ["rae"] });
  await node.advance("73h");
  const support = await desk();
  const page = await open(support, "/desk?queue=missed&student=rae&order=id");
  const box = (id) => page.locator("tr", { has: page.getByLabel(`Select ${id}`, { exact: true }) }).boundingBox();
  await page.getByText("Missed: 3 sessions").waitFor();
  await page.locator(".stream.live").waitFor();
  await page.locator("[data-queue=disputed]", { hasText: /\d/ }).waitFor();
  await page.evaluate(() => document.fonts.ready);
  const before = await box("row-2");
  await page.getByLabel("Select all").check();
  await page.getByText("Missed: 3 sessions · 3 chosen").waitFor();
  assert.deepEqual(await box("row-2"), before, "rows stay where they are");
  await node.command("support.deny", "row-1", "support:other", { note: "Somebody else's" });
  await page.mouse.move(0, 0);
  await page.getByText("Missed: 2 sessions · 2 chosen").waitFor();
  assert.equal(await page.locator(".act-bar [role=status]").textContent(), "2 chosen");
  await page.getByRole("link", { name: "row-2" }).click();
  await page.getByRole("link", { name: /The next one/ }).click();
  await page.waitForURL(/sessions\/row-3$/);
  await page.getByRole("link", { name: /Support desk: Missed/ }).click();
  await page.waitForURL((url) => url.searchParams.get("student") === "rae" && url.searchParams.get("queue") === "missed");
  await support.close();
});

test("managers look, and act on nothing", async () => {
  const manager = await desk("manager:max");
  const page = await open(manager, "/desk?queue=all&q=wes");
  await page.getByText("You can look; only support acts on sessions.").waitFor();
  await rows(page).first().waitFor();
  assert.equal(await page.locator(".act-bar, tbody input").count(), 0);
  assert.equal(await page.getByRole("link", { name: /Dead letters/ }).count(), 0);
  await look(page, "desk.manager");
  await manager.close();
});
