// Types of the package's files. When the page is served, they are in the folder sts-web next to js.

declare module "*/sts-web/entry/browser.js" {
  export * from "sts-web/entry/browser.js";
}
declare module "*/sts-web/generated/operations.js" {
  export * from "sts-web/generated/operations.js";
}
declare module "*/sts-web/console.js" {
  export * from "sts-web/console.js";
}
declare module "*/sts-web/export.js" {
  export * from "sts-web/export.js";
}
declare module "*/sts-web/partition.js" {
  export * from "sts-web/partition.js";
}
declare module "*/sts-web/trust-policy/index.js" {
  export * from "sts-web/trust-policy/index.js";
}
declare module "*/sts-web/trust-policy/refusal.js" {
  export * from "sts-web/trust-policy/refusal.js";
}
