// Between the callers and the sandbox: does to each call what the plan says, and keeps count.

import { Agent, request as send } from "node:http";
import { createServer } from "node:net";

/**
 * Starts it, for the calls of one run. `seen` tells of each call, by its session name, what passed;
 * `took` how long the sandbox took to answer which request, in milliseconds.
 */
export async function startProxy(sts, calls) {
  const seen = new Map(
    calls.map((call) => [call.session, { call, requests: 0, answered: 0, took: [], keys: [], secrets: [] }]),
  );
  // MiniStack closes a connection that is idle for five seconds; this side does so earlier.
  const agent = new Agent({ keepAlive: true, timeout: 2_000 });
  const sockets = new Set();
  const strays = { count: 0 };
  const elsewhere = await listening(
    createServer((socket) => {
      strays.count += 1;
      socket.destroy();
    }),
  );
  const server = await listening(
    createServer({ noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
      let received = Buffer.alloc(0);
      socket.on("data", (bytes) => {
        received = Buffer.concat([received, bytes]);
        const request = requestIn(received);
        if (!request) return;
        received = received.subarray(request.size);
        serve(socket, request).catch(() => socket.destroy());
      });
    }),
  );

  async function serve(socket, request) {
    const note = seen.get(request.body.get("RoleSessionName"));
    const { call } = note;
    const nth = note.requests++;
    const answer = async () => {
      const began = performance.now();
      note.took[nth] = Infinity;
      const answer = await forwarded(sts, agent, request);
      note.took[nth] = performance.now() - began;
      note.answered += 1;
      note.keys.push(...inside(answer.body, "AccessKeyId"));
      note.secrets.push(...inside(answer.body, "SecretAccessKey"), ...inside(answer.body, "SessionToken"));
      return answer;
    };
    const fault = call.refusals === 0 && note.requests <= call.spoiled ? call.fault : "none";
    await (DOES[fault] ?? DOES.none)({ socket, request, call, answer, elsewhere: elsewhere.url });
  }

  return {
    url: server.url,
    seen,
    strays,
    close() {
      for (const { server: listener } of [server, elsewhere]) listener.close();
      for (const socket of sockets) socket.destroy();
      agent.destroy();
    },
  };
}

/** What each fault does to a request. `answer()` is STS's. */
const DOES = {
  none: async ({ socket, answer }) => write(socket, await answer()),
  resetBefore: ({ socket }) => socket.resetAndDestroy(),
  resetAfter: async ({ socket, answer }) => {
    await answer();
    socket.resetAndDestroy();
  },
  cut: async ({ socket, answer }) => {
    const whole = await answer();
    socket.end(Buffer.concat([head(whole), whole.body.subarray(0, whole.body.length / 2)]));
  },
  drip: async ({ socket, answer }) => {
    const whole = await answer();
    socket.write(head(whole));
    let place = 0;
    const timer = setInterval(() => socket.write(whole.body.subarray(place, (place += 1))), 50);
    socket.on("close", () => clearInterval(timer));
  },
  html: ({ socket, request }) => {
    const body = `<html><title>502 Bad Gateway</title><pre>${request.text}</pre></html>`;
    write(socket, made(502, [["content-type", "text/html"]], body));
  },
  tooMany: ({ socket, call }) => write(socket, refusal(429, "TooManyRequests", call.retryAfter)),
  unavailable: ({ socket, call }) => write(socket, refusal(503, "ServiceUnavailable", call.retryAfter)),
  throttling: ({ socket }) => write(socket, refusal(400, "Throttling")),
  tooLong: async ({ socket, answer }) => {
    const whole = await answer();
    socket.write(Buffer.concat([head(whole, [whole.body.length + 100]), whole.body]));
  },
  tooShort: async ({ socket, answer }) => {
    const whole = await answer();
    // The connection stays open: what is left over on it must not be taken for the next call's answer.
    socket.write(Buffer.concat([head(whole, [whole.body.length - 100]), whole.body]));
  },
  redirect: ({ socket, elsewhere }) => write(socket, made(307, [["location", elsewhere]], "")),
  twice: async ({ socket, answer }) => {
    const whole = await answer();
    const wrong = new Date(Date.now() + 2 * 3_600_000).toUTCString();
    const again = whole.headers.map(([name, value]) => [name, name.toLowerCase() === "date" ? wrong : value]);
    write(socket, { ...whole, headers: [...whole.headers, ...again] });
  },
  twoLengths: async ({ socket, answer }) => {
    const whole = await answer();
    socket.end(Buffer.concat([head(whole, [whole.body.length, whole.body.length - 100]), whole.body]));
  },
};

function write(socket, answer) {
  socket.write(Buffer.concat([head(answer), answer.body]));
}

/** The head of an answer, with the lengths that it is to name. */
function head({ status, headers, body }, lengths = [body.length]) {
  const all = [...headers, ...lengths.map((length) => ["content-length", length])];
  return Buffer.from(
    `HTTP/1.1 ${status} Proxied\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`,
  );
}

function made(status, headers, body) {
  return { status, headers: [["date", new Date().toUTCString()], ...headers], body: Buffer.from(body) };
}

function refusal(status, code, retryAfter) {
  const headers = retryAfter === undefined ? [] : [["retry-after", retryAfter]];
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>not now</Message></Error>`;
  return made(status, headers, `<ErrorResponse>${error}<RequestId>of-the-proxy</RequestId></ErrorResponse>`);
}

/** The first request in what was received, once it is whole. */
function requestIn(received) {
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

/** STS's answer to a request, which goes on as it came: it is signed. */
function forwarded(sts, agent, { method, path, headers, bytes }) {
  return new Promise((resolve, reject) => {
    const onward = send(
      new URL(path, sts),
      { method, agent, setHost: false, headers: headers.flat() },
      async (response) => {
        const { statusCode: status, rawHeaders: raw } = response;
        const pairs = raw.flatMap((name, place) => (place % 2 ? [] : [[name, raw[place + 1]]]));
        const ours = ["content-length", "transfer-encoding", "connection"];
        const kept = pairs.filter(([name]) => !ours.includes(name.toLowerCase()));
        try {
          resolve({ status, headers: kept, body: Buffer.concat(await response.toArray()) });
        } catch (error) {
          reject(error);
        }
      },
    );
    onward.on("error", reject).end(bytes);
  });
}

function inside(body, element) {
  return [...body.toString().matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"))].map(([, text]) => text);
}

async function listening(server) {
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}
