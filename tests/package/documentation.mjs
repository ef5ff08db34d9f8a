// The code blocks of the documentation: of every Markdown file in the repository.

import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A code block, with its indentation, its language and its text. */
const BLOCK = /^( *)```(\w*)\n(.*?)^ *```$/gms;

/**
 * @typedef {object} Block
 * @property {string} file The path of the Markdown file.
 * @property {string} language
 * @property {string} text
 */

/**
 * Returns all code blocks in these languages, or in all languages.
 *
 * @param {string[]} [languages]
 * @returns {Promise<Block[]>}
 */
export async function codeBlocks(languages) {
  const files = execFileSync("git", ["ls-files", "*.md"], { cwd: root }).toString().trim().split("\n");
  const blocks = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(root, file), "utf8");
      return [...text.matchAll(BLOCK)].map(([, indentation, language, block]) => ({
        file,
        language,
        text: block.replaceAll(new RegExp(`^${indentation}`, "gm"), ""),
      }));
    }),
  );
  return blocks.flat().filter(({ language }) => !languages || languages.includes(language));
}
