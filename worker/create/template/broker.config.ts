import { defineConfig } from "sts-web-worker/config";

export default defineConfig({
  // The domain in wrangler.jsonc. It is in the trust policies of your roles, so choose it once.
  issuer: "https://sts.example.org",
  region: "us-east-1",
  grants: [
    {
      name: "deploy",
      issuer: "https://token.actions.githubusercontent.com",
      audience: "https://sts.example.org",
      claims: { repository: "octo-org/octo-repo", ref: "refs/heads/main" },
      roles: { deploy: "arn:aws:iam::123456789012:role/deploy" },
    },
  ],
});
