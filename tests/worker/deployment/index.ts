// The Worker that the tests run: its configuration is a variable, so that one bundle serves all tests.

import { broker } from "../../../worker/src/index.js";

export { CallerObject } from "../../../worker/src/index.js";
export default broker((env) => env["CONFIGURATION"]);
