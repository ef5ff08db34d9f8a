#!/usr/bin/env node
// npm create sts-web-worker my-broker: copies the template to a new folder.

import { cp, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";

const USAGE = "usage: npm create sts-web-worker@latest FOLDER";
const [name, ...rest] = process.argv.slice(2);
if (name === "--help" || name === "-h") {
  console.log(USAGE);
  process.exit();
}
const folder = resolve(name ?? "");
const workerName = basename(folder).toLowerCase();

if (name === undefined || rest.length > 0) fail(USAGE);
if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(workerName)) {
  fail("the folder's name becomes the Worker's: use up to 63 letters, digits and hyphens");
}
const existing = await readdir(folder).catch(() => []);
// A new repository has nothing else.
if (existing.some((file) => file !== ".git")) fail(`${folder} is not empty`);

await cp(new URL("template", import.meta.url), folder, { recursive: true });
// npm does not include .gitignore files in packages.
await rename(join(folder, "_gitignore"), join(folder, ".gitignore"));
for (const file of ["package.json", "wrangler.jsonc"]) {
  const text = await readFile(join(folder, file), "utf8");
  await writeFile(join(folder, file), text.replace('"name": "my-broker"', `"name": "${workerName}"`));
}
console.log(`Created ${folder}. Next:

  cd ${name}
  npm install
  (edit broker.config.ts and the domain in wrangler.jsonc)
  npm run check
  npx sts-web-worker aws-template > template.json   the roles, for AWS CloudFormation
  npx wrangler deploy
  npx sts-web-worker keygen | npx wrangler secret put SIGNING_KEY
  openssl rand -base64 32 | npx wrangler secret put STORAGE_KEY`);

function fail(message) {
  console.error(message);
  process.exit(1);
}
