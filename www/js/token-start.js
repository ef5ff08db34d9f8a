// How AWS's session tokens begin. Their format is not documented, but their first bytes spell "aws" or "origin" in Base64.

/** The pattern of the beginning of a session token. */
export const TOKEN_START = "(?:IQoJ|Ago[GJ]|F[Qw]o[DG]|AQoD)";
