/** Region of the STS endpoint. */
export const region = "us-east-1";
/** A custom STS endpoint. Not set for AWS. */
export const endpoint = undefined;
