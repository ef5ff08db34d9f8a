// Offers the sandbox of `cargo xtask start`, which serves its credentials. Only on loopback: a page on any other host
// does not request them.

import { byId } from "./dom.js";

/**
 * The sandbox's credentials and role.
 *
 * @typedef {object} Sandbox
 * @property {string} endpoint
 * @property {string} region
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 * @property {string} roleArn
 * @property {string} roleSessionName
 */

/**
 * Shows the button if there is a sandbox. `use` is called when it is clicked.
 *
 * @param {(sandbox: Sandbox) => void} use
 */
export async function offerSandbox(use) {
  if (!["127.0.0.1", "localhost"].includes(location.hostname)) return;
  const response = await fetch("./sandbox.json", { method: "HEAD" }).catch(() => undefined);
  if (!response?.ok) return;
  byId("sandbox").hidden = false;
  // The credentials are requested on click, so that none are in memory before.
  byId("use-sandbox").addEventListener("click", async () => use(await (await fetch("./sandbox.json")).json()));
}
