// The region of the STS endpoint that is called.

export const region = "us-east-1";
/** Not set for AWS. */
export const endpoint = undefined;
