import { Component, signal } from "@angular/core";
import { STS } from "sts-web";

/** Shows the caller identity of credentials. They sign one request, in the browser, and are not stored. */
@Component({
  selector: "app-root",
  template: `
    <h1>Caller identity</h1>
    <form (submit)="identify($event)">
      <p><label>Access key ID <input name="accessKeyId" autocomplete="off" required /></label></p>
      <p><label>Secret access key <input name="secretAccessKey" type="password" autocomplete="off" required /></label></p>
      <p>
        <label>Session token, for temporary credentials <input name="sessionToken" type="password" autocomplete="off" /></label>
      </p>
      <p><label>Endpoint, for servers other than AWS <input name="endpoint" type="url" /></label></p>
      <button type="submit">Who am I?</button>
    </form>
    <p role="status">{{ message() }}</p>
  `,
})
export class App {
  readonly message = signal("");

  async identify(event: Event): Promise<void> {
    event.preventDefault();
    this.message.set("Calling AWS…");
    this.message.set(await callerIdentity(new FormData(event.target as HTMLFormElement)).catch(describe));
  }
}

async function callerIdentity(form: FormData): Promise<string> {
  const field = (name: string) => String(form.get(name)).trim() || undefined;
  const sts = new STS({
    region: "us-east-1",
    endpoint: field("endpoint"),
    credentials: {
      accessKeyId: field("accessKeyId") ?? "",
      secretAccessKey: field("secretAccessKey") ?? "",
      sessionToken: field("sessionToken"),
    },
  });
  const { Arn } = await sts.getCallerIdentity();
  return `You are ${Arn}.`;
}

/** Returns an error's message and hint. */
function describe(error: Error & { hint?: string }): string {
  return [error.message, error.hint].filter(Boolean).join(" ");
}
