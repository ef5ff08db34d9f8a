// Parcel, which ignores `exports` by default, so that only `sts-web` can be imported unless an option enables them.

import { hosts, opens } from "../run.mjs";
import { PAGE_SCRIPT, page, probeModule } from "../tool.mjs";

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "parcel",
    packages: { parcel: "2.16.4" },
    packageJson: {},
    files: { "index.html": page("main.js"), "main.js": PAGE_SCRIPT, "probe.js": probeModule() },
    checks: {
      build: { build: [["parcel", "build", "index.html"]], run: hosts("dist") },
      serve: { run: opens(["parcel", "serve", "index.html", "--host", "127.0.0.1", "--port", "$PORT"]) },
    },
  },
  {
    name: "parcel-package-exports",
    packages: { parcel: "2.16.4" },
    packageJson: { "@parcel/resolver-default": { packageExports: true } },
    files: { "index.html": page("main.js"), "main.js": PAGE_SCRIPT, "probe.js": probeModule("sts-web/inline") },
    checks: { build: { build: [["parcel", "build", "index.html"]], run: hosts("dist") } },
  },
];
