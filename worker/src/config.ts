// The entry point `sts-web-worker/config`: everything about configurations, without the Worker's runtime.

export { awsTemplate } from "./aws-template.js";
export { checkConfiguration } from "./check.js";
export { ConfigurationError, defineConfig, parseConfiguration } from "./configuration.js";
export type { ConfigurationInput, GrantInput, RoleInput, SessionInput, SignInInput } from "./configuration-input.js";
export type { Mistake } from "./configuration-rules.js";
export { type Explanation, explain } from "./explain.js";
