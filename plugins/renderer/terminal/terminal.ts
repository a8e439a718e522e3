// The renderer `terminal` for a screen: opens a view for the events, and hears the one key that is its own.
import type { Renderer } from "claw";
import type { Screen, Themes } from "claw/kit";
import { View } from "./view.ts";

export interface TerminalOptions {
  readonly screen: Screen;
  readonly themes: Themes;
  /** Whether thinking is shown, to begin with. */
  readonly thinking: boolean;
}

export function createTerminalRenderer({ screen, themes, thinking }: TerminalOptions): Renderer {
  let view: View | undefined;
  let keys: Disposable | undefined;
  return {
    name: "terminal",
    open(out) {
      view = new View(screen, themes, thinking, out);
      // A frontend that has the key takes it, and announces `view.toggled` instead.
      keys = screen.onKey(({ key, ctrl, alt }) => {
        if (!ctrl || alt || key !== "o") return false;
        view?.toggle("details");
        return true;
      });
    },
    render: (event) => view?.render(event),
    close() {
      view?.close();
      keys?.[Symbol.dispose]();
      [view, keys] = [undefined, undefined];
    },
  };
}
