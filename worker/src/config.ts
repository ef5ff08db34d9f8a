// The entry point `sts-web-worker/config`: tools for configurations. It does not need the Workers runtime.

export { awsTemplate } from "./aws-template.js";
export { checkConfiguration } from "./check.js";
export { ConfigurationError, defineConfig, parseConfiguration } from "./configuration.js";
export type { ConfigurationInput, GrantInput, RoleInput, SessionInput, SignInInput } from "./configuration-input.js";
export type { Mistake } from "./configuration-rules.js";
export { type Explanation, explain } from "./explain.js";
