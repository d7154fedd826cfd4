// A real OpenID provider, the one of the contract's tests, for people who sign in by a browser.
// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import net from "node:net";
import { fileURLToPath } from "node:url";
import { wait_until } from "./browser.mjs";

const folder = fileURLToPath(new URL("../wire/contract/", import.meta.url));

async function free_port() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

export class Provider {
  /** Starts one for these people, claims by id, who are led back to `redirect`. */
  static async start(people, redirect) {
    const provider = new Provider();
    const port = await free_port();
    const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
    provider.issuer = `http://127.0.0.1:${port}`;
    provider.process = spawn(process.execPath, ["oidc_provider.mjs", JSON.stringify({
      port, people, redirects: [redirect], keys: [{ ...key, kid: "first", alg: "RS256", use: "sig" }] })],
    { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
    await wait_until(() => fetch(`${provider.issuer}/.well-known/openid-configuration`).then(({ ok }) => ok, () => false),
      "the provider");
    return provider;
  }

  /** `auth` of a node whose people sign in here. */
  settings() {
    return { mode: "oidc", oidc: { issuer: this.issuer, audience: "recap", client_id: "pages", client_secret: "secret-pages/+ " } };
  }

  async end() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill();
    await once(this.process, "exit");
  }
}
