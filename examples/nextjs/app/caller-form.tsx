"use client";
// A client component: the browser signs the request and sends it to AWS. The credentials never leave the page.

import { useActionState } from "react";
import { STS } from "sts-web";

const label = { display: "grid", marginBottom: "0.5rem" };

export function CallerForm() {
  // With an action, unlike `onSubmit`, the browser never submits the form itself, with the credentials in the URL.
  const [message, identify, isPending] = useActionState(
    (_: string, form: FormData) => callerIdentity(form).catch(describe),
    "",
  );

  return (
    <form action={identify}>
      <label style={label}>
        Access key ID <input name="accessKeyId" autoComplete="off" required />
      </label>
      <label style={label}>
        Secret access key <input name="secretAccessKey" type="password" autoComplete="off" required />
      </label>
      <label style={label}>
        Session token, for temporary credentials <input name="sessionToken" type="password" autoComplete="off" />
      </label>
      <button type="submit">Who am I?</button>
      <p role="status">{isPending ? "Calling AWS…" : message}</p>
    </form>
  );
}

async function callerIdentity(form: FormData): Promise<string> {
  const field = (name: string) => String(form.get(name)).trim();
  const sts = new STS({
    region: "us-east-1",
    endpoint: process.env.NEXT_PUBLIC_AWS_ENDPOINT_URL,
    credentials: {
      accessKeyId: field("accessKeyId"),
      secretAccessKey: field("secretAccessKey"),
      sessionToken: field("sessionToken") || undefined,
    },
  });
  const { Arn } = await sts.getCallerIdentity();
  return `You are ${Arn}.`;
}

/** Returns an error's message and hint. */
function describe(error: Error & { hint?: string }): string {
  return [error.message, error.hint].filter(Boolean).join(" ");
}
