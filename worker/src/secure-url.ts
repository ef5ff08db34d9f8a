// Which URLs are safe to send credentials to.

/** Whether a URL has https, or http on loopback, where a local sandbox and its tests are. */
export function isSecure({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || (protocol === "http:" && LOOPBACK.includes(hostname));
}

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];
