// The todo list in its slot: what is done first, as far as there is room.
import { clipCells, type Painted, type Screen, safeLines, type Themes, type Todo } from "claw/kit";

export class TodoList {
  readonly #screen: Screen;
  readonly #themes: Themes;
  #todos: readonly Todo[] = [];
  #shown = true;

  constructor(screen: Screen, themes: Themes) {
    this.#screen = screen;
    this.#themes = themes;
  }
  get done(): boolean {
    return this.#todos.every(({ status }) => status === "completed");
  }
  set(todos: readonly Todo[]): void {
    this.#todos = todos;
    this.#show();
  }
  toggle(): void {
    this.#shown = !this.#shown;
    this.#show();
  }
  #show(): void {
    if (this.#todos.length === 0 || !this.#shown) this.#screen.live("todos", []);
    else this.#screen.live("todos", (columns, rows) => this.#paint(columns, rows));
  }
  #paint(columns: number, rows: number): Painted {
    const { paint } = this.#themes.current;
    const room = Math.max(1, Math.min(MOST, rows - 2));
    const open = this.#todos.findIndex(({ status }) => status !== "completed");
    const start = Math.max(0, Math.min(open, this.#todos.length - room));
    const lines = this.#todos.slice(start, start + room).map(({ content, activeForm, status }) => {
      const text = safeLines(status === "in_progress" ? activeForm : content).join(" ");
      if (status === "completed") return paint("dim", `  ☑ ${text}`);
      return status === "in_progress" ? `  ${paint("accent", `▸ ${text}`)}` : `  ☐ ${text}`;
    });
    const left = this.#todos.length - lines.length;
    const all = ["", ...lines, ...(left > 0 ? [paint("dim", `  … ${left} more`)] : [])];
    return { lines: all.map((line) => clipCells(line, columns)) };
  }
}

// --- internal ---

const MOST = 10;
