// A proxy that serves a node below a path of its own address, as web servers do.
// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import http from "node:http";

export class Proxy {
  /** Where the node is, once it is known. */
  to = "";
  /** What is done before a request goes on. */
  before = async (_request) => undefined;

  static async start(path) {
    const proxy = new Proxy();
    proxy.server = http.createServer(async (request, response) => {
      await proxy.before(request);
      if (!request.url.startsWith(`${path}/`)) return response.writeHead(404).end("Something else");
      const { hostname, port } = new URL(proxy.to);
      const onward = http.request({ hostname, port, method: request.method, headers: request.headers, agent: false,
        path: request.url.slice(path.length) }, (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });
      onward.on("error", () => response.headersSent ? response.destroy() : response.writeHead(502).end());
      response.on("close", () => onward.destroy());
      return request.pipe(onward);
    });
    proxy.server.listen(0, "127.0.0.1");
    await once(proxy.server, "listening");
    proxy.origin = `http://127.0.0.1:${proxy.server.address().port}`;
    proxy.url = proxy.origin + path;
    return proxy;
  }

  end() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
