// The proxy between the clients and the sandbox: injects each call's planned fault, and records the requests and
// responses.

import { Agent, request as send } from "node:http";
import { createServer } from "node:net";

/**
 * Starts the proxy for the calls of one run. `records` has the requests and responses of each call, by session name;
 * `elapsed` is how long the sandbox took for each request, in milliseconds.
 */
export async function startProxy(sts, calls) {
  const records = new Map(
    calls.map((call) => [call.session, { call, requests: 0, responses: 0, elapsed: [], keyIds: [], secrets: [] }]),
  );
  // MiniStack closes connections that are idle for five seconds. This side closes them earlier.
  const agent = new Agent({ keepAlive: true, timeout: 2_000 });
  const sockets = new Set();
  const redirected = { count: 0 };
  const redirectTarget = await listen(
    createServer((socket) => {
      redirected.count += 1;
      socket.destroy();
    }),
  );
  const server = await listen(
    createServer({ noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
      let received = Buffer.alloc(0);
      socket.on("data", (bytes) => {
        received = Buffer.concat([received, bytes]);
        const request = parseRequest(received);
        if (!request) return;
        received = received.subarray(request.size);
        serve(socket, request).catch(() => socket.destroy());
      });
    }),
  );

  async function serve(socket, request) {
    const record = records.get(request.body.get("RoleSessionName"));
    const { call } = record;
    const index = record.requests;
    record.requests += 1;
    const respond = async () => {
      const started = performance.now();
      record.elapsed[index] = Infinity;
      const response = await forward(sts, agent, request);
      record.elapsed[index] = performance.now() - started;
      record.responses += 1;
      record.keyIds.push(...elements(response.body, "AccessKeyId"));
      record.secrets.push(...elements(response.body, "SecretAccessKey"), ...elements(response.body, "SessionToken"));
      return response;
    };
    const faulty = call.refusals === 0 && record.requests <= call.faultyAttempts;
    const inject = (faulty && INJECTIONS[call.fault]) || INJECTIONS.none;
    await inject({ socket, request, call, respond, redirectTarget: redirectTarget.url });
  }

  return {
    url: server.url,
    records,
    redirected,
    close() {
      for (const { server: listener } of [server, redirectTarget]) listener.close();
      for (const socket of sockets) socket.destroy();
      agent.destroy();
    },
  };
}

/** Injects each fault into a request. `respond()` forwards the request and returns the response of STS. */
const INJECTIONS = {
  none: async ({ socket, respond }) => write(socket, await respond()),
  resetBefore: ({ socket }) => socket.resetAndDestroy(),
  resetAfter: async ({ socket, respond }) => {
    await respond();
    socket.resetAndDestroy();
  },
  truncated: async ({ socket, respond }) => {
    const response = await respond();
    socket.end(Buffer.concat([head(response), response.body.subarray(0, response.body.length / 2)]));
  },
  slow: async ({ socket, respond }) => {
    const response = await respond();
    socket.write(head(response));
    const bytes = response.body.values();
    const timer = setInterval(() => {
      const { value, done } = bytes.next();
      if (!done) socket.write(Buffer.of(value));
    }, 50);
    socket.on("close", () => clearInterval(timer));
  },
  html: ({ socket, request }) => {
    const body = `<html><title>502 Bad Gateway</title><pre>${request.text}</pre></html>`;
    write(socket, newResponse(502, [["content-type", "text/html"]], body));
  },
  tooMany: ({ socket, call }) => write(socket, errorResponse(429, "TooManyRequests", call.retryAfter)),
  unavailable: ({ socket, call }) => write(socket, errorResponse(503, "ServiceUnavailable", call.retryAfter)),
  throttling: ({ socket }) => write(socket, errorResponse(400, "Throttling")),
  lengthTooLarge: async ({ socket, respond }) => {
    const response = await respond();
    socket.write(Buffer.concat([head(response, [response.body.length + 100]), response.body]));
  },
  lengthTooSmall: async ({ socket, respond }) => {
    const response = await respond();
    // The connection stays open: the surplus bytes must not become part of the next call's response.
    socket.write(Buffer.concat([head(response, [response.body.length - 100]), response.body]));
  },
  redirect: ({ socket, redirectTarget }) => write(socket, newResponse(307, [["location", redirectTarget]], "")),
  duplicateHeaders: async ({ socket, respond }) => {
    const response = await respond();
    const wrong = new Date(Date.now() + 2 * 3_600_000).toUTCString();
    const copies = response.headers.map(([name, value]) => [name, name.toLowerCase() === "date" ? wrong : value]);
    write(socket, { ...response, headers: [...response.headers, ...copies] });
  },
  twoLengths: async ({ socket, respond }) => {
    const response = await respond();
    const { length } = response.body;
    socket.end(Buffer.concat([head(response, [length, length - 100]), response.body]));
  },
};

function write(socket, response) {
  socket.write(Buffer.concat([head(response), response.body]));
}

/** Returns the status line and headers of a response, with a Content-Length header for each of `lengths`. */
function head({ status, headers, body }, lengths = [body.length]) {
  const all = [...headers, ...lengths.map((length) => ["content-length", length])];
  return Buffer.from(
    `HTTP/1.1 ${status} Proxied\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`,
  );
}

function newResponse(status, headers, body) {
  return { status, headers: [["date", new Date().toUTCString()], ...headers], body: Buffer.from(body) };
}

function errorResponse(status, code, retryAfter) {
  const headers = retryAfter === undefined ? [] : [["retry-after", retryAfter]];
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>not now</Message></Error>`;
  return newResponse(status, headers, `<ErrorResponse>${error}<RequestId>of-the-proxy</RequestId></ErrorResponse>`);
}

/** Parses the first request in the received bytes. Returns `undefined` until it is complete. */
function parseRequest(received) {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first, ...lines] = received.toString("latin1", 0, end).split("\r\n");
  const headers = lines.map((line) => /^([^:]+): *(.*)$/.exec(line).slice(1));
  const length = Number(headers.find(([name]) => name.toLowerCase() === "content-length")?.[1] ?? 0);
  const size = end + 4 + length;
  if (received.length < size) return undefined;
  const [method, path] = first.split(" ");
  const bytes = Buffer.from(received.subarray(end + 4, size));
  return {
    method,
    path,
    headers,
    bytes,
    body: new URLSearchParams(bytes.toString()),
    size,
    text: received.toString("utf8", 0, size),
  };
}

/** Sends a request to STS unchanged, since it is signed, and returns the response. */
function forward(sts, agent, { method, path, headers, bytes }) {
  return new Promise((resolve, reject) => {
    const forwarded = send(
      new URL(path, sts),
      { method, agent, setHost: false, headers: headers.flat() },
      async (response) => {
        const { statusCode: status, rawHeaders: raw } = response;
        const pairs = raw.flatMap((name, index) => (index % 2 ? [] : [[name, raw[index + 1]]]));
        const hopByHop = ["content-length", "transfer-encoding", "connection"];
        const kept = pairs.filter(([name]) => !hopByHop.includes(name.toLowerCase()));
        try {
          resolve({ status, headers: kept, body: Buffer.concat(await response.toArray()) });
        } catch (error) {
          reject(error);
        }
      },
    );
    forwarded.on("error", reject).end(bytes);
  });
}

/** Returns the text of every element with this name. */
function elements(body, name) {
  return [...body.toString().matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text]) => text);
}

async function listen(server) {
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}
