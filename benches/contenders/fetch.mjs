// Not a contender: shows the time that the platform itself takes to send a body and read the response.

import { contentType, expected, form } from "../fixture.mjs";

export const name = "fetch alone";

export function create(endpoint) {
  return {
    call: async () => {
      const response = await fetch(endpoint, {
        method: "POST",
        headers: { "content-type": contentType },
        body: form(),
      });
      await response.arrayBuffer();
      return expected;
    },
  };
}
