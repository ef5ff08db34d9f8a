import { broker } from "sts-web-worker";
import configuration from "./broker.config.ts";

export { CallerObject } from "sts-web-worker";
export default broker(configuration);
