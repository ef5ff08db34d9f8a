// Fills in the sandbox of `cargo xtask start`. Its server shows the button, which is hidden on every other host, and
// serves the credentials.

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
 * Sets the function that is called when the button is clicked. The credentials are requested then, so that none are in
 * memory before.
 *
 * @param {(sandbox: Sandbox) => void} use
 */
export function initSandbox(use) {
  byId("use-sandbox").addEventListener("click", async () => use(await (await fetch("./sandbox.json")).json()));
}
