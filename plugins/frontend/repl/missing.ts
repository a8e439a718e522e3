// Whether the model that was chosen lacks credentials. What a person is offered then is in first-run.ts.
import { ClawError, type Host, type Shell } from "claw";

/** Whether the selected provider could be asked now; the reason when it could not for want of credentials. */
export async function missingCredentials(shell: Shell, host: Host): Promise<ClawError | undefined> {
  const { provider, model } = shell.selection;
  try {
    await (await host.get("provider", provider)).resolve(model);
  } catch (thrown) {
    if (thrown instanceof ClawError && thrown.code === "CLAW_PROVIDER_AUTH") return thrown;
  }
  return undefined;
}
