// The line that says that claw is at work: on what, for how long, how much it has written. A timer runs only during a turn.
import { clipCells, type Screen, type Themes } from "claw/kit";
import { compact, duration } from "./call.ts";

export class Activity {
  readonly #screen: Screen;
  readonly #themes: Themes;
  readonly #tick: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  #since = 0;
  #frame = 0;
  #doing = "";
  #output = 0;
  /** Characters of the answer that is being written: its tokens are known only when it is done. */
  #characters = 0;

  /** `tick` is called with every change of the picture. */
  constructor(screen: Screen, themes: Themes, tick: () => void) {
    this.#screen = screen;
    this.#themes = themes;
    this.#tick = tick;
  }
  start(at: number): void {
    clearInterval(this.#timer);
    [this.#since, this.#frame, this.#doing, this.#output, this.#characters] = [at, 0, "Working", 0, 0];
    this.#screen.progress("busy");
    if (this.#screen.plain) return;
    this.#timer = setInterval(() => {
      this.#frame += 1;
      this.#show();
      this.#tick();
    }, FRAME_MS);
    this.#timer.unref();
    this.#show();
  }
  stop(progress: "none" | "failed"): void {
    clearInterval(this.#timer);
    if (this.#timer !== undefined) this.#screen.live("activity", []);
    this.#timer = undefined;
    this.#screen.progress(progress);
  }
  doing(what: string): void {
    if (what === this.#doing) return;
    this.#doing = what;
    if (this.#timer !== undefined) this.#show();
  }
  wrote(characters: number): void {
    this.#characters += characters;
  }
  /** What a step really took, of this session or one of its agents. */
  used(output: number, own: boolean): void {
    this.#output += output;
    if (own) this.#characters = 0;
  }
  #show(): void {
    this.#screen.live("activity", (columns) => {
      const theme = this.#themes.current;
      const seconds = Math.max(0, Math.floor((Date.now() - this.#since) / 1_000));
      const tokens = this.#output + Math.round(this.#characters / 4);
      const about = [duration(seconds), ...(tokens > 0 ? [`↓ ${compact(tokens)} tokens`] : []), "esc to stop"].join(" · ");
      const sign = SIGNS[this.#frame % SIGNS.length] ?? "·";
      return { lines: ["", clipCells(`${theme.paint("accent", `${sign} ${this.#doing}…`)} ${theme.paint("dim", `(${about})`)}`, columns)] };
    });
  }
}

// --- internal ---

const FRAME_MS = 120;
const SIGNS = ["·", "✢", "✳", "✶", "✻", "✽", "✻", "✶", "✳", "✢"];
