// One node and one browser for the tests of a file, from before the first to after the last.
// SPDX-License-Identifier: Apache-2.0
import { after, before } from "node:test";
import { launch } from "./browser.mjs";
import { Node } from "./node.mjs";

export let node;
export let browser;

before(async () => {
  node = await Node.start();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await node?.end();
});
