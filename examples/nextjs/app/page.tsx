// A server component: the request to STS is sent by the server, with its credentials.

import { serverIdentity } from "../lib/caller";
import { CallerForm } from "./caller-form";

// Not at build time, when there are no credentials.
export const dynamic = "force-dynamic";

export default async function Page() {
  return (
    <main>
      <h1>Caller identity</h1>
      <p>
        The server is <code id="server">{await serverIdentity()}</code>.
      </p>
      <h2>And you?</h2>
      <CallerForm />
    </main>
  );
}
