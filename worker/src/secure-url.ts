// Which URLs are safe to send credentials to.

/** Returns whether a URL uses https, or http on loopback, for a local sandbox and tests. */
export function isSecure({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || (protocol === "http:" && LOOPBACK.includes(hostname));
}

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];
