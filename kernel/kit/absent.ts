// A service that may not be there: `scope.use(Token).catch(absent)`.
import { ClawError } from "claw";

/** Nothing, where no plugin that is on provides the service. Whatever else went wrong is thrown on. */
export function absent(thrown: unknown): undefined {
  if (thrown instanceof ClawError && thrown.code === "CLAW_SERVICE_MISSING") return undefined;
  throw thrown;
}
