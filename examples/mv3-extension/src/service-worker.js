// Keeps the credentials, and calls STS for the popup.

import { STS } from "sts-web";

import { endpoint, region } from "./config.js";

/** Credentials in the session storage are in memory only, and are gone when the browser is closed. */
const storage = chrome.storage.session;

/** The messages that the popup sends. Each returns what the popup shows. */
const messages = {
  async useCredentials({ credentials }) {
    const identity = await identify(credentials);
    await storage.set({ credentials });
    return identity;
  },

  async identity() {
    const { credentials } = await storage.get("credentials");
    return credentials && (await identify(credentials));
  },

  async forget() {
    await storage.clear();
  },
};

async function identify(credentials) {
  using sts = new STS({ region, endpoint, credentials });
  const { Account, Arn } = await sts.getCallerIdentity();
  return { account: Account, arn: Arn };
}

chrome.runtime.onMessage.addListener((message, _sender, respond) => {
  messages[message.type](message).then(
    (result) => respond({ result }),
    (error) => respond({ error: [error.message, error.hint].filter(Boolean).join("\n") }),
  );
  // The response is sent later.
  return true;
});
