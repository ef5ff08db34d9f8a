// HTTP servers on loopback.

import { createServer } from "node:http";

/**
 * Starts an HTTP server on loopback and returns its origin. Port 0 selects a free port.
 * @param {import("node:http").Server} server
 */
export async function listen(server, port = 0) {
  await new Promise((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

/** Returns a free port. */
export async function freePort() {
  const server = createServer();
  await listen(server);
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * @typedef {(request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => unknown}
 *   Intercept Called for each request. If it returns a truthy value, it has handled the request itself.
 */
