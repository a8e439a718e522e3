// The test kit: the real host with a scripted model, and a contract suite for every kind of contribution.

export {
  commandContract,
  compactorContract,
  frontendContract,
  pluginContract,
  providerContract,
  rendererContract,
  storeContract,
  toolContract,
} from "./contracts.ts";
export { createHarness, type Harness, type HarnessOptions } from "./harness.ts";
export { type LineCase, type ModeCase, permissionModeContract } from "./modes.ts";
export { calls, fails, type Reply, says } from "./script.ts";
