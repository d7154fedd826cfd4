// Text that turns round the direction of writing.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { open, person } from "./browser.mjs";
import { browser, node } from "./world.mjs";

/** Returns the texts that run from right to left, though nothing in them says so. */
const turned = (page) => page.evaluate(() => {
  const found = [];
  const all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const left = (node, at) => {
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    return range.getBoundingClientRect();
  };
  while (all.nextNode()) {
    const node = all.currentNode;
    const at = /[\u202a-\u202e\u2066-\u2069]/.test(node.data) ? -1 : node.data.search(/[a-z]{2}/);
    if (at < 0) continue;
    const [one, two] = [left(node, at), left(node, at + 1)];
    if (one.top === two.top && two.left < one.left) found.push(node.data);
  }
  return found;
});

test("names that turn round the direction of writing turn nothing round but themselves", async () => {
  await node.schedule("bidi-1", { tutor: "ev", students: ["bob"], going: [] });
  const student = await person(browser, node, "student:bob");
  for (const name of ["Ann \u202e\u2066", "Ann \u2069\u202e", "\u2067Ann"]) {
    await node.name("tutor:ev", name);
    const page = await open(student, "/sessions/bidi-1");
    await page.getByText("Ann").first().waitFor();
    assert.deepEqual(await turned(page), [], JSON.stringify(name));
    await page.close();
  }
  await student.close();
});
