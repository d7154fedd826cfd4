// Signing in by a token.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, look, open, person } from "./browser.mjs";
import { Node, recap, token_of, tokens_of } from "./node.mjs";

let node;
let browser;

before(async () => {
  node = await Node.start({ auth: { mode: "token", tokens: tokens_of("system:registrar", "tutor:ann", "student:sam") } });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await node?.end();
});

test("a token is pasted once; the list is live by it, and a command is sent by it", async () => {
  await node.schedule("token-1", { tutor: "ann", students: ["sam"] });
  const tutor = await person(browser, node, null);
  const page = await open(tutor, "/tutor");
  await look(page, "shell.token");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("Paste the token.").waitFor();
  await page.getByLabel("Token").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("The token was not taken.").first().waitFor();
  await page.getByLabel("Token").fill(token_of("tutor:ann"));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Waits for you (1)").waitFor();
  await page.locator(".stream.live").waitFor();
  assert.equal(await page.getByText("Trial mode").count(), 0);
  await node.schedule("token-2", { tutor: "ann", students: ["sam"], hours: -30 }); // another day
  await page.getByText("Waits for you (2)").waitFor();
  await look(page, "my_sessions.token");
  await page.close();

  const again = await open(tutor, "/sessions/token-1/complete");
  await again.getByLabel("What did you cover?").fill(recap.topics_covered);
  await again.getByLabel("How did your student do?").fill(recap.how_tutee_did);
  await again.getByLabel("What comes next?").fill(recap.next_steps);
  await again.getByLabel("60", { exact: true }).check();
  await again.getByRole("button", { name: "Complete session" }).click();
  await again.getByRole("heading", { name: "Your part is done" }).waitFor();

  await again.goto("/sessions/token-2/complete");
  await again.getByLabel("What did you cover?").fill("Not sent");
  await again.getByRole("button", { name: "Sign out" }).click();
  await again.getByText("that you have not sent will be removed").waitFor();
  await look(again, "shell.sign_out");
  await again.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await again.getByLabel("Token").waitFor();
  assert.deepEqual(await again.evaluate(() => Object.keys(localStorage)), [], "nothing stays on the device");
  await tutor.close();
});
