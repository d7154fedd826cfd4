// A session's page where a token says who looks: what they may not see is absent.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, look, open, person } from "./browser.mjs";
import { Node, recap, token_of, tokens_of } from "./node.mjs";

let node;
let browser;

// It repeats few words, which is flagged.
const of_kim = { topics_covered: "What kim alone knows. ".repeat(8), how_tutee_did: "", next_steps: "" };

before(async () => {
  node = await Node.start({ auth: { mode: "token",
    tokens: tokens_of("system:registrar", "tutor:ann", "student:kim", "student:lee", "support:eve") } });
  browser = await launch();
  await node.schedule("seen-1", { tutor: "ann", students: ["kim", "lee"] });
  await node.command("session.complete", "seen-1", "tutor:ann", { minutes: 60, recap });
  await node.command("recap.submit", "seen-1", "student:kim", { recap: of_kim });
});

after(async () => {
  await browser?.close();
  await node?.end();
});

/** Opens the session's page signed in as `who`. */
async function seen_by(who) {
  const context = await person(browser, node, null);
  const page = await open(context, "/sessions/seen-1");
  await page.getByLabel("Token").fill(token_of(who));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Participants and recaps" }).waitFor();
  await page.getByRole("heading", { name: "Messages" }).waitFor();
  return page;
}

const headings = (page) => page.getByRole("heading", { level: 2 }).allTextContents();
const whole = (page) => page.locator("main").evaluate((main) => main.textContent);

test("another student sees neither the recap nor the money, and acts on nothing", async () => {
  const page = await seen_by("student:lee");
  const text = await whole(page);
  assert(!text.includes(of_kim.topics_covered), "another student's recap");
  assert(text.includes(recap.topics_covered), "the tutor's recap");
  assert(!/\$\d|1500/.test(text), "money");
  assert(!(await headings(page)).includes("Money"));
  assert(!text.includes("As support:"));
  await page.getByRole("link", { name: "Write your recap" }).waitFor();
  await look(page, "session.student");
  await page.context().close();
});

test("what is for staff to look at is not shown to students, nor to the tutor", async () => {
  for (const who of ["student:kim", "tutor:ann"]) {
    const page = await seen_by(who);
    assert(!(await whole(page)).includes("Recap repeats few words"), who);
    await page.context().close();
  }
  const page = await seen_by("support:eve");
  assert((await whole(page)).includes("Recap repeats few words"));
  await page.context().close();
});

test("a student sees their own recap, and is not asked for it again", async () => {
  const page = await seen_by("student:kim");
  assert((await whole(page)).includes(of_kim.topics_covered));
  assert.equal(await page.getByRole("link", { name: "Write your recap" }).count(), 0);
  await page.context().close();
});

test("the tutor sees all of it, and acts on nothing of support's", async () => {
  const page = await seen_by("tutor:ann");
  const text = await whole(page);
  assert(text.includes(of_kim.topics_covered));
  assert((await headings(page)).includes("Money"));
  assert(!text.includes("As support:"));
  await look(page, "session.tutor");
  await page.context().close();
});

test("support sees all of it, and what it can do in this state", async () => {
  const page = await seen_by("support:eve");
  const actions = page.getByRole("group", { name: "As support:" });
  await actions.waitFor();
  const can = await actions.getByRole("button").evaluateAll((buttons) =>
    buttons.filter((button) => !button.disabled).map((button) => button.textContent));
  assert.deepEqual(can, ["Correct minutes", "Remove a no-show", "Void"]);
  await look(page, "session.support");
  await page.context().close();
});

test("an import needs a sign-in as the system", async () => {
  const page = await seen_by("support:eve");
  await page.goto("/desk/import");
  await page.getByText("Sessions are imported by a system sign-in").waitFor();
  assert.equal(await page.locator("#file").count(), 0);
  await look(page, "import.support");
  await page.context().close();
});
