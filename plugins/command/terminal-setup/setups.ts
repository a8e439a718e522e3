// Terminals that need a setting before Shift-Enter reaches claw: what to add, and to which file. Changes nothing.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Env } from "claw";

/** What to do for a terminal. With `file`, claw can do it: `add` is what comes into it, as text or as an entry of a JSON list. */
export interface Setup {
  readonly terminal: string;
  /** Whether Shift-Enter gets through as the terminal is. */
  readonly needed: "no" | "yes" | "unknown";
  readonly advice?: string;
  readonly file?: string;
  readonly add?: string | Readonly<Record<string, unknown>>;
}

export function setupOf(env: Env, platform: string = process.platform): Setup {
  const { TERM: term = "", TERM_PROGRAM: program = "", TMUX: tmux = "" } = env;
  const away = ["SSH_TTY", "SSH_CONNECTION"].some((name) => (env[name] ?? "") !== "");
  if (tmux !== "") return { terminal: "tmux", needed: "yes", file: tmuxFile(env), add: TMUX_LINES };
  if (program === "vscode") return codeSetup(env, platform, away);
  if (program === "Apple_Terminal") {
    return {
      terminal: "Terminal",
      needed: "yes",
      advice: "Turn on Settings → Profiles → Keyboard → Use Option as Meta key; Option-Enter then breaks the line.",
    };
  }
  if (/^(iTerm\.app|WezTerm|ghostty|rio)$/.test(program) || /kitty|ghostty|foot|alacritty|wezterm/.test(term)) {
    return { terminal: program || term, needed: "no" };
  }
  return { terminal: program || term || "unknown", needed: "unknown" };
}

// --- internal ---

const TMUX_LINES = "# Shift-Enter and the like reach programs\nset -s extended-keys on\nset -as terminal-features 'xterm*:extkeys'\n";
/** What Alt-Enter sends. */
const CODE_KEY = { key: "shift+enter", command: "workbench.action.terminal.sendSequence", args: { text: "\u001b\r" }, when: "terminalFocus" };

function homeOf(env: Env): string {
  return env["HOME"] || homedir();
}

function tmuxFile(env: Env): string {
  const config = join(env["XDG_CONFIG_HOME"] || join(homeOf(env), ".config"), "tmux", "tmux.conf");
  const usual = join(homeOf(env), ".tmux.conf");
  return existsSync(config) && !existsSync(usual) ? config : usual;
}

/** VS Code and what is built from it. Over SSH its settings are on the other machine. */
function codeSetup(env: Env, platform: string, away: boolean): Setup {
  const program = env["VSCODE_GIT_ASKPASS_NODE"] ?? "";
  const name = (env["CURSOR_TRACE_ID"] ?? "") !== "" || /cursor/i.test(program) ? "Cursor" : /windsurf/i.test(program) ? "Windsurf" : "Code";
  const terminal = name === "Code" ? "VS Code" : name;
  const advice = `In keybindings.json: ${JSON.stringify(CODE_KEY)}`;
  if (away) return { terminal, needed: "yes", advice };
  const base =
    platform === "darwin"
      ? join(homeOf(env), "Library", "Application Support")
      : platform === "win32"
        ? env["APPDATA"] || join(homeOf(env), "AppData", "Roaming")
        : env["XDG_CONFIG_HOME"] || join(homeOf(env), ".config");
  const folder = join(base, name, "User");
  if (!existsSync(folder)) return { terminal, needed: "yes", advice };
  return { terminal, needed: "yes", file: join(folder, "keybindings.json"), add: CODE_KEY };
}
