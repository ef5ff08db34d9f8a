// Lists a bucket with credentials of a role, which STS issues for an ID token.

import { fromWebToken, Signer } from "sts-web";

import { bucketUrl, region, roleArn, stsEndpoint } from "./config.js";

export class Bucket {
  #credentials;
  #signer;

  /** @param {{ subject: string; idToken(): Promise<string> }} session */
  constructor(session) {
    this.#credentials = fromWebToken({
      roleArn,
      // Recorded by AWS CloudTrail. Characters that STS does not accept are replaced.
      roleSessionName: session.subject.replace(/[^\w+=,.@-]/g, "-").slice(0, 64),
      // Called each time credentials are about to expire.
      webIdentityToken: () => session.idToken(),
      clientConfig: { region, endpoint: stsEndpoint },
    });
    this.#signer = new Signer({ region, service: "s3", credentials: this.#credentials });
  }

  /** Returns the first 1,000 objects. */
  async list() {
    const response = await this.#signer.fetch(`${bucketUrl}?list-type=2`);
    const xml = new DOMParser().parseFromString(await response.text(), "text/xml");
    const text = (element, name) => element.getElementsByTagName(name)[0]?.textContent ?? "";
    if (!response.ok) throw new Error(`${text(xml, "Code")}: ${text(xml, "Message")} (HTTP ${response.status})`);
    return [...xml.getElementsByTagName("Contents")].map((object) => ({
      key: text(object, "Key"),
      size: Number(text(object, "Size")),
      lastModified: new Date(text(object, "LastModified")),
    }));
  }

  /** Returns when the current credentials expire. */
  async expiration() {
    return (await this.#credentials()).expiration;
  }

  /** Wipes the credentials from memory. */
  close() {
    this.#signer.destroy();
    this.#credentials.invalidate();
  }
}
