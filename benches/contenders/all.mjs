// The contenders that run in every runtime. aws4 needs Node, and hash-wasm's module is not allowed in workerd.

import * as aws4fetch from "./aws4fetch.mjs";
import * as clientSts from "./client-sts.mjs";
import * as fetchAlone from "./fetch.mjs";
import * as signatureV4 from "./signature-v4.mjs";
import * as stsWeb from "./sts-web.mjs";

export const all = [stsWeb, clientSts, aws4fetch, signatureV4, fetchAlone];
