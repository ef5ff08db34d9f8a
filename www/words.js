// Every sentence that the scripts say. index.html has the others.

export const words = {
  working: "Asking STS…",
  youAre: "You are",
  identity: (arn, account, userId) => `${arn}, in account ${account}. Your unique id is ${userId}.`,
  youBecame: "You have the role",
  session: (arn, expiration) => `${arn}, until ${expiration}.`,
  keysInPlace: "The role's keys are in place. Ask who you are.",
  copied: "Copied.",
  notCopied: "The browser did not allow it; select the lines and copy them.",
  failed: "That did not work",
  faults: (count) => (count === 1 ? "One thing is wrong with what was entered:" : `${count} things are wrong with what was entered:`),
  facts: (name, status, requestId) =>
    [name, status && `HTTP ${status}`, requestId && `request id ${requestId}`].filter(Boolean).join(" · "),
  durationNotANumber: "The duration must be a whole number of seconds.",
  endpointNotAllowed: (origin) =>
    `This page may not reach ${origin}. Its policy lists the hosts of AWS STS and nothing else, so that no slip can ` +
    "send a signed request elsewhere.",
  endpointHint:
    "To use an endpoint of your own, host a copy of this page and add its origin to connect-src in index.html. " +
    "Nothing was sent.",
  endpointNotAUrl: "The endpoint must be a URL, as https://sts.example.org.",
  show: "Show",
  hide: "Hide",
};
