// Parcel, which ignores `exports` by default.

import { hosts } from "../run.mjs";
import { PAGE_SCRIPT, page, probeModule } from "../tool.mjs";

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "parcel",
    packages: { parcel: "2.16.4" },
    packageJson: {},
    files: { "index.html": page("main.js"), "main.js": PAGE_SCRIPT, "probe.js": probeModule() },
    checks: { build: { build: [["parcel", "build", "index.html"]], run: hosts("dist") } },
  },
];
