// A server component: the server calls STS with its own credentials.

import { serverIdentity } from "../lib/caller";
import { CallerForm } from "./caller-form";

// Renders the page for each request, because there are no credentials at build time.
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
