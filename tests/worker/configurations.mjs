// Configurations of the Worker for the sandbox, and of Wrangler.

import { readFile } from "node:fs/promises";

import { audience } from "./issuer.mjs";
import { roleArn, sandbox } from "./sts.mjs";

/**
 * Returns a configuration for the sandbox with one grant.
 * @param {string} issuer
 * @param {{ endpoint: string }} sts
 * @param {Record<string, unknown>} [grantFields] Fields to add to the grant, or to replace.
 * @param {Record<string, unknown>} [fields] Fields to add to the configuration, or to replace.
 * @returns {any}
 */
export function configurationFor(issuer, sts, grantFields = {}, fields = {}) {
  const grant = { issuer, audience, roles: { reader: roleArn }, ...grantFields };
  return {
    credentials: "keys",
    region: sandbox.region,
    endpoint: sts.endpoint,
    s3Endpoint: sandbox.endpoint,
    grants: [grant],
    ...fields,
  };
}

/**
 * Parses JSON with comments. A comment starts a line, or has whitespace before its slashes and a space after them.
 * @param {string} text
 */
export const parseJsonc = (text) => JSON.parse(text.replace(/(^|\s)\/\/ .*$/gm, ""));

const template = new URL("../../worker/create/template/wrangler.jsonc", import.meta.url);
/** The settings of a deployment. */
export const wranglerConfig = parseJsonc(await readFile(template, "utf8"));
