// The issuer and the STS of a test file. They run as long as its tests.

import { after } from "node:test";

import { startIssuer } from "./issuer.mjs";
import { startSts } from "./sts.mjs";

export const issuer = await startIssuer();
export const sts = await startSts();

after(() => {
  issuer.close();
  sts.close();
});
