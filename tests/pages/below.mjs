// A browser, and a node that is reached below a path, for the tests of a file, from before
// the first to after the last; people sign in at a provider where there are any.
// SPDX-License-Identifier: Apache-2.0
import { after, before } from "node:test";
import { launch } from "./browser.mjs";
import { Node } from "./node.mjs";
import { Provider } from "./provider.mjs";
import { Proxy } from "./proxy.mjs";

/** Returns what is there once the first test begins. `people` are claims by id, `tokens` are
 * of other programs, `config` is the node's further settings; `first` is done before all tests. */
export function below(path, { people, tokens = [], config = {}, first = () => undefined } = {}) {
  const world = { address: (to) => world.proxy.url + to };
  before(async () => {
    world.browser = await launch();
    world.proxy = await Proxy.start(path);
    if (people) world.provider = await Provider.start(people, world.address("/auth/callback"));
    world.node = await Node.start({ http: { public_url: world.address("/") }, ...config,
      ...(people ? { auth: { ...world.provider.settings(), tokens } } : {}) });
    world.proxy.to = world.node.url;
    await first(world.node);
  });
  after(async () => {
    await world.browser?.close();
    await world.node?.end();
    await world.provider?.end();
    world.proxy?.end();
  });
  return world;
}
