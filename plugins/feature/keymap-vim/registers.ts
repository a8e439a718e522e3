// Registers: what deleting and yanking puts where, and what putting takes.
import type { Register, Vim } from "./state.ts";

/** How a text came to be taken. `large`: it goes to register 1 whatever its size. */
export interface Taken {
  readonly text: Register;
  readonly register: string | undefined;
  readonly by: "yank" | "delete";
  readonly large: boolean;
}

/** Keeps a text where Vim keeps it: its named register or the numbered ones, and always the unnamed one. */
export function store(vim: Vim, { text, register, by, large }: Taken): undefined {
  if (register === "_") return;
  const all: Record<string, Register> = { ...vim.s.registers };
  const named = register === undefined || register === '"' ? undefined : register;
  const lines = text.kind !== "char" || text.text.includes("\n");
  if (named !== undefined) put(all, named, text);
  if (by === "yank" && named === undefined) all["0"] = text;
  if (by === "delete" && (lines || large)) {
    for (let number = 9; number > 1; number--) move(all, String(number - 1), String(number));
    all["1"] = text;
  }
  if (by === "delete" && named === undefined && !lines) all["-"] = text;
  all['"'] = (named === undefined ? undefined : all[named.toLowerCase()]) ?? text;
  vim.s.registers = all;
  if (named === "+" || named === "*") vim.copies.push(text.kind === "line" ? `${text.text}\n` : text.text);
}

/** What a register holds. */
export function recall(vim: Vim, register: string | undefined): Register | undefined {
  if (register === "_") return { text: "", kind: "char" };
  const name = register ?? '"';
  return vim.s.registers[name === "*" ? "+" : name.toLowerCase()];
}

/** Puts recorded keys into a register, as text. */
export function storeKeys(vim: Vim, register: string, keys: readonly string[]): undefined {
  const all: Record<string, Register> = { ...vim.s.registers };
  put(all, register, { text: keys.join(""), kind: "char" });
  vim.s.registers = all;
}

// --- internal ---

/** Into a named register; behind what is in it for a capital. */
function put(all: Record<string, Register>, name: string, text: Register): undefined {
  const key = name === "*" ? "+" : name.toLowerCase();
  const old = /^[A-Z]$/.test(name) ? all[key] : undefined;
  if (old === undefined) all[key] = text;
  else if (old.kind === "line" || text.kind === "line") all[key] = { text: `${old.text}\n${text.text}`, kind: "line" };
  else all[key] = { ...old, text: old.text + text.text };
}

function move(all: Record<string, Register>, from: string, to: string): undefined {
  const held = all[from];
  if (held === undefined) delete all[to];
  else all[to] = held;
}
