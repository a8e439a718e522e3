// One object of a turn, written when it is over.
import type { Renderer } from "claw";
import { createReport, type Failure, failureText } from "claw/kit";

export function createJsonRenderer(): Renderer {
  const report = createReport({ calls: true });
  let out: (text: string) => void = () => undefined;
  let err: (text: string) => void = () => undefined;
  /** A failed turn is told once its hint is known. */
  let untold = false;

  function tell(failure?: Failure): void {
    untold = false;
    out(`${JSON.stringify(report.result(failure))}\n`);
  }
  return {
    name: "json",
    open(write, complain) {
      out = write;
      err = complain;
    },
    render(event) {
      report.add(event);
      if (event.type === "error.raised") tell(event.data);
      else if (event.type === "notice.raised" && event.data.level === "error") err(failureText({ message: event.data.text, hint: null }));
      else if (event.type === "turn.ended" && event.session === report.session) {
        if (event.data.outcome === "failed") untold = true;
        else tell();
      }
    },
    close() {
      if (untold) tell();
    },
  };
}
