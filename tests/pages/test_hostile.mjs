// Everything that people write is hostile, in every field, on every page, to everybody: it
// is shown as the text that it is, and nothing else comes of it.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import * as fs from "node:fs";
import { after, before, test } from "node:test";
import { launch, open, person, wait_until } from "./browser.mjs";
import { Node } from "./node.mjs";

const markup = `<img src=x onerror=window.hit=1>"><script>window.hit=1</script>`;
const hostile = `${markup} javascript:window.hit=1 {{7*7}} ../ %2e%2e #?& 🙂 a\u200Bb\u2066 \u202Eevil`;
const wide = "W".repeat(64);
/** What somebody writes into a field. */
const text = (field) => `${field} ${hostile} ${wide.repeat(5)}`;
const name = (who) => `${who.slice(0, 24)} ${markup}{{7*7}}${wide}\u202E`;

/** Ids that the contract allows: words of routes, of JavaScript, formulas, and long ones. */
const tutor = "complete";
const students = ["schedule", "__proto__", "1-schedule", `-1${"s".repeat(62)}`];
const courses = ["__proto__", "toString", "-1-2", wide];
const sessions = ["mine", "student", "schedule", "complete", "recap", "recap-1", "__proto__", "import", wide];
const people = [`tutor:${tutor}`, ...students.map((id) => `student:${id}`), "support:import", "manager:null", "admin:__proto__"];
const recap = { topics_covered: text("topics"), how_tutee_did: text("how"), next_steps: text("next") };

let node;
let browser;

before(async () => {
  node = await Node.start({ node: { name: text("node") },
    policy: { limits: { tutor_minutes_per_week: null, student_course_minutes_per_week: null, pair_sessions_per_day: null } } });
  browser = await launch();
  for (const who of people) assert.equal((await node.name(who, name(who))).name, name(who));
  await write();
});

after(async () => {
  await browser?.close();
  await node?.end();
});

/** Writes into every field that there is. */
async function write() {
  for (const [i, id] of sessions.entries())
    await node.schedule(id, { tutor, students, course: courses[i % courses.length], program: i % 2 ? "schedule" : "__proto__",
      ...(id === wide ? { hours: 100, modality: "online", going: students.slice(1) } : {}) });
  const by = `tutor:${tutor}`;
  const support = "support:import";
  await node.command("session.cancel", "student", by, { reason: text("reason") });
  for (const id of ["mine", "__proto__", "import"]) await node.command("session.complete", id, by, { minutes: 60, recap });
  for (const student of students)
    for (const id of ["mine", "import"]) await node.command("recap.submit", id, `student:${student}`, { recap });
  await node.command("support.correct", "import", support, { minutes: 30, note: text("correct") });
  await node.command("support.void", "import", support, { note: text("void") });
  await node.advance("73h");
  await node.command("support.request", "schedule", by, { message: text("message") });
  await node.command("support.deny", "complete", support, { note: text("deny") });
  await node.command("support.reopen", "recap", support, { hours: 700, note: text("reopen") });
  const refused = await node.call("POST", "/v1/commands", { specversion: "1.0", id: text("id"), source: text("source"),
    type: "recapd.session.cancel", subject: "mine", authid: by, data: { reason: text("never") } },
  { "content-type": "application/cloudevents+json" });
  assert.equal(refused.refusals[0].code, "wrong-state");
  const { policy } = await node.get("/v1/policies/1");
  const rules = { log_window: "96h" };
  const next = await node.call("POST", "/v1/policies", { note: text("policy"),
    policy: { ...policy, courses: { ["__proto__"]: rules, constructor: rules, [wide]: rules } } });
  assert.equal(next.version, 2);
  await node.say(`inbox ${text("letter")}`);
  await node.say(`inbox ${JSON.stringify({ specversion: "1.0", id: text("id"), source: "/s", subject: text("subject"),
    type: text("type"), authid: by, data: {} })}`);
  await wait_until(async () => (await node.get("/v1/queues")).dead_letters === 2, "two dead letters");
}

/** Somebody's tab on the smallest phone, where what may not be is written down. */
async function tab(who, address) {
  const context = await person(browser, node, who, { size: { width: 320, height: 640 }, acceptDownloads: true });
  await context.addInitScript(() => {
    window.violated = [];
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      window.violated.push(`${violatedDirective} ${blockedURI}`));
  });
  return open(context, address);
}

/** Returns what is wrong with the page as it stands. */
const wrong_in = (page) => page.evaluate(() => {
  const found = [];
  if (window.hit !== undefined) found.push("it ran");
  found.push(...window.violated);
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  found.push(...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `two are called ${id}`));
  const made = document.querySelectorAll("main img, main script, main iframe, [onerror]").length;
  if (made) found.push(`${made} elements made of a text`);
  for (const link of document.querySelectorAll("a[href], form[action]")) {
    const to = new URL(link.href || link.action, document.baseURI);
    if (to.origin !== location.origin || to.protocol !== "http:") found.push(`leads away: ${to}`);
  }
  const wider = document.documentElement.scrollWidth - window.innerWidth;
  if (wider > 0) {
    const widest = [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1).pop();
    found.push(`${wider} px too wide, by ${widest?.outerHTML.slice(0, 200)}`);
  }
  // Text that turns the direction of reading turns none but its own.
  const all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (all.nextNode()) {
    const { data, parentElement } = all.currentNode;
    if (!data.includes("\u202E") || parentElement.closest("bdi, [dir], pre, option, textarea")) continue;
    let block = parentElement;
    while (getComputedStyle(block).display === "inline") block = block.parentElement;
    if (block.textContent !== data) found.push(`turns what stands beside it: ${block.outerHTML.slice(0, 300)}`);
  }
  return found;
});

/** What was wrong anywhere. */
const wrong = [];

/** Waits until all is there, unfolds it, and checks it; these texts must stand in it. */
async function check(page, what, ...texts) {
  const lacks = () => page.evaluate((wanted) => {
    for (const one of document.querySelectorAll("details")) one.open = true;
    if (document.querySelector("h1") === null || document.querySelector(".loading")) return ["(loading)"];
    return wanted.filter((one) => !document.body.textContent.includes(one));
  }, texts);
  await wait_until(async () => (await lacks()).length === 0, "").catch(async () =>
    wrong.push(...(await lacks()).map((one) => `${what} does not say ${one}`)));
  wrong.push(...[...(await wrong_in(page)), ...page.troubles.splice(0)].map((one) => `${what}: ${one}`));
}

async function visit(page, address, ...texts) {
  await page.goto(address);
  await check(page, `${address}`, ...texts);
}

/** Types into every field of the page, and sends what it makes of it. */
async function fill(page, what) {
  for (const field of await page.locator("main :is(input:not([type]), input[type=text], input[type=search], textarea):visible").all())
    await field.fill(text("typed"));
  await page.locator("main form [type=submit]").first().click();
  await check(page, what);
}

/** Writes as support, to several sessions at once and by a file. */
async function typed(page) {
  await page.getByLabel("Select all").check();
  await page.locator(".act-bar").getByRole("button", { name: "Remove a no-show" }).click();
  await check(page, "who was absent");
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.locator(".act-bar").getByRole("button", { name: "Void" }).click();
  await page.getByLabel("Note").fill(text("typed"));
  await page.getByRole("button", { name: "See what it would do" }).click();
  await page.locator(".effects").waitFor();
  await check(page, "what would be voided", "mine", name(`tutor:${tutor}`));
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await fill(page, "the search");
  await page.goto("/desk/import");
  await page.locator("#file").setInputFiles({ name: `${text("file")}.csv`, mimeType: "text/csv", buffer: Buffer.from(
    `tutor,course,starts_at,modality,students,"${markup.replaceAll('"', '""')}"\n${tutor},"${text("course").replaceAll('"', '""')}",2030-01-01,online,x,y\n`
    + `${tutor},constructor,2030-01-01T10:00:00Z,online,__proto__,y\n`) });
  await page.getByLabel("Programme of all these sessions").selectOption("__proto__");
  await page.getByText("1 session can be scheduled").waitFor();
  await check(page, "the import", markup, text("course"), name("student:__proto__"));
}

/** What is saved as CSV is no formula, whatever a course is called. */
async function saved(page) {
  const [download] = await Promise.all([page.waitForEvent("download"),
    page.getByRole("button", { name: "CSV: Hours and pay by course" }).click()]);
  assert.match(fs.readFileSync(await download.path(), "utf8"), /^'-1-2,/m);
}

const dates = "period=dates&first=2020-01-01&last=2040-01-01";
/** A path with a dot would name a file, and no page. */
const strange = encodeURIComponent(hostile.replaceAll(".", ""));
/** Addresses that somebody may be sent. */
const addresses = [`/${strange}`, `/sessions/${strange}`, `/sessions/${strange}/complete`,
  `/desk?queue=${strange}&q=${strange}&order=__proto__&state=${strange}&tutor=${strange}&from=${strange}`,
  `/programme?period=${strange}&first=${strange}&by_course=constructor&program=${strange}`, `/policy?${strange}#${strange}`];

test("what people write is text and nothing else, on every page and to everybody", async () => {
  const names = (...who) => who.map(name);
  const desk = await tab("support:import", "/desk?queue=all");
  await check(desk, "the desk", ...names(`tutor:${tutor}`, `student:${students[0]}`), ...sessions);
  const links = new Map(await desk.locator("tbody a").evaluateAll((all) => all.map((one) => [one.textContent, one.getAttribute("href")])));
  assert.deepEqual([...links.keys()].sort(), [...sessions].sort());

  const staff = (who, pages, then = () => undefined) => async () => {
    const page = await tab(who, "/");
    for (const [address, ...texts] of pages) await visit(page, address, ...texts);
    await then(page);
    await page.context().close();
  };
  const of_session = (id, ...texts) => [links.get(id), id, ...names(`tutor:${tutor}`, `student:${students[0]}`), ...texts];
  const written = Object.values(recap);
  const visits = [
    () => typed(desk),
    staff("support:import", [
      of_session("mine", ...written, text("id"), text("source")), of_session("student", text("reason")),
      of_session("schedule", text("message")), of_session("complete", text("deny")), of_session("recap", text("reopen")),
      of_session("import", ...written, text("correct"), text("void")), of_session("__proto__", ...written), of_session(wide),
      ["/desk?queue=asked", text("message")], ["/desk?queue=dead_letters", text("letter"), JSON.stringify(text("type"))],
      [`/desk?queue=all&q=${tutor}`, wide], ["/desk?queue=flagged"], ["/operation", text("node")], ["/docs"],
      ["/policy"], ["/tutor"], ...addresses.map((one) => [one])]),
    staff(`tutor:${tutor}`, [
      ["/tutor", ...courses, ...names(`student:${students[0]}`)], ["/schedule"],
      ...sessions.map((id) => [`/sessions/${id}/complete`, ...courses.slice(sessions.indexOf(id) % courses.length).slice(0, 1)]),
      of_session("mine", ...written), of_session(wide), ["/desk"], ...addresses.map((one) => [one])], async (page) => {
      await page.goto("/schedule");
      await page.locator("main [type=submit]").waitFor();
      await fill(page, "scheduling");
      await page.goto("/sessions/recap/complete");
      await page.locator("textarea").first().waitFor();
      await fill(page, "completing");
      await page.reload();
      await page.getByText("What you had written is still here.").waitFor();
      assert.equal(await page.locator("textarea").first().inputValue(), text("typed"));
    }),
    staff(`student:${students[0]}`, [
      ["/student", ...courses, ...names(`tutor:${tutor}`), recap.next_steps],
      ...sessions.map((id) => [`/sessions/${id}/recap`]), of_session("mine", ...written), ["/operation"]]),
    staff("manager:null", [
      [`/programme?${dates}`, ...courses, ...names(`tutor:${tutor}`)], ["/policy", text("policy")],
      ["/operation", text("policy"), text("node")], of_session("mine", ...written), ["/desk?queue=all"],
      [`/programme?${dates}`]], saved),
    staff("admin:__proto__", [["/operation", text("node")], ["/policy", text("policy")], of_session("import"), ["/desk/import"], ["/policy"]],
    async (page) => {
      await page.getByLabel("Characters of a recap at least").fill("9000");
      await page.getByRole("button", { name: "Replay past sessions" }).click();
      await page.getByText("Sessions that would have gone otherwise").waitFor();
      await check(page, "what would have changed", "mine");
      assert.equal(await page.getByRole("link", { name: "mine", exact: true }).getAttribute("href"), "/sessions/mine");
      for (const field of await page.locator("[id^=rule-]:is(input, textarea)").all()) await field.fill(text("rule"));
      await check(page, "rules");
    }),
  ];
  // Two at once: in a browser that loads many pages each of them takes long.
  await Promise.all([0, 1].map(async () => { while (visits.length) await visits.shift()(); }));
  assert.deepEqual(wrong, []);
});
