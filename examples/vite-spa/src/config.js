// The settings from the file .env, which Vite inserts at build time.

const { BASE_URL, VITE_ISSUER, VITE_CLIENT_ID, VITE_REGION, VITE_ROLE_ARN, VITE_BUCKET_URL, VITE_STS_ENDPOINT } =
  import.meta.env;

export const issuer = new URL(VITE_ISSUER);
export const clientId = VITE_CLIENT_ID;
/** `offline_access` requests a refresh token, so that people stay signed in while the page is open. */
export const scope = "openid profile offline_access";
/** The redirect URI. The identity provider must have registered exactly this URL. */
export const pageUrl = new URL(BASE_URL, location.origin).href;

export const region = VITE_REGION;
export const roleArn = VITE_ROLE_ARN;
export const bucketUrl = VITE_BUCKET_URL;
/** A custom STS endpoint. Not set for AWS. */
export const stsEndpoint = VITE_STS_ENDPOINT;
