// The status line service: the last line of an interactive session. Provided by feature/status-line.
import { defineService, type ServiceToken, type Shell } from "claw";

export interface StatusLine {
  /** Shows where this session stands on the screen's slot `status`, and keeps it current until disposed. */
  open(shell: Shell): Disposable;
}
/** Provided by `@claw/feature-status-line`. */
export const StatusLine: ServiceToken<StatusLine> = defineService<StatusLine>("claw.status-line@1");
