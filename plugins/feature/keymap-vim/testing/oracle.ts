// Real Vim as the judge: runs cases in it, and in the machine, from the same start.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ARROWS } from "../insert.ts";
import { closeState, feed, openState } from "../machine.ts";
import { freshState, type Register, type VimState } from "../state.ts";

/** A text, where the cursor is in it (line and character, from 0), and keys. */
export interface Case {
  readonly lines: readonly string[];
  readonly at: readonly [number, number];
  readonly keys: string;
}
/** What became of it. */
export interface Answer {
  readonly lines: readonly string[];
  readonly at: readonly [number, number];
}

/** Vim's answers, or `undefined` when it is not installed. */
export async function askVim(cases: readonly Case[]): Promise<readonly Answer[] | undefined> {
  const program = Bun.which("vim");
  if (program === null) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "claw-vim-"));
  try {
    await Bun.write(join(folder, "texts.json"), JSON.stringify(cases.map(({ lines }) => lines)));
    await Bun.write(join(folder, "run.vim"), script(folder, cases));
    const child = Bun.spawn([program, "-N", "-u", "NONE", "-i", "NONE", "-n", "--not-a-term", "-T", "dumb", "-S", join(folder, "run.vim")], {
      ...{ stdin: "ignore", stdout: "ignore", stderr: "ignore", timeout: 120_000 },
      env: { ...process.env, LANG: "C.UTF-8", LC_ALL: "C.UTF-8" },
    });
    await child.exited;
    const lines = (await Bun.file(join(folder, "answers")).text()).trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line) as Answer).map(({ lines: now, at }) => ({ lines: now, at }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The machine's answer. */
export function askMachine({ lines, at, keys }: Case): Answer {
  let state: VimState = { ...freshState(), registers: REGISTERS, search: { pattern: "QQQ", forward: true }, text: lines.join("\n") };
  const options = { enter: "submit", shift: 2 } as const;
  const press = (typed: string): void => {
    for (const key of typed) {
      const vim = openState(state, state.text, state.cursor, options);
      feed(vim, key);
      state = closeState(vim);
    }
  };
  press("\x1b@bf~A\x1b");
  const offset = lines.slice(0, at[0]).reduce((sum, line) => sum + line.length + 1, 0) + [...(lines[at[0]] ?? "")].slice(0, at[1]).join("").length;
  state = { ...state, cursor: offset, marks: {}, undo: [], redo: [], goal: undefined };
  press(`m'${keys}\x1b\x1b`);
  const head = state.text.slice(0, state.cursor).split("\n");
  return { lines: state.text.split("\n"), at: [head.length - 1, [...(head.at(-1) ?? "")].length] };
}

// --- internal ---

const R: Register = { text: "R", kind: "char" };
const L: Register = { text: "l", kind: "char" };
const LINE: Register = { text: "R", kind: "line" };
const REGISTERS: Readonly<Record<string, Register>> = {
  ...{ '"': R, "0": R, "-": R, a: L, b: L, c: L },
  ...Object.fromEntries(Array.from({ length: 9 }, (_, index) => [String(index + 1), LINE])),
};

const SPECIAL: Readonly<Record<string, string>> = {
  ...{ "\x1b": "\\<Esc>", "\r": "\\<CR>", "\n": "\\<NL>", "\x7f": "\\<BS>", "\\": "\\\\", '"': '\\"', "\t": "\\<Tab>" },
  ...{ [ARROWS.left]: "\\<Left>", [ARROWS.right]: "\\<Right>", [ARROWS.up]: "\\<Up>", [ARROWS.down]: "\\<Down>" },
  ...{ [ARROWS.home]: "\\<Home>", [ARROWS.end]: "\\<End>", [ARROWS.delete]: "\\<Del>", "<": "\\<lt>" },
};

function scripted(key: string): string {
  return SPECIAL[key] ?? (key < " " ? `\\<C-${String.fromCharCode(key.charCodeAt(0) + 96)}>` : key);
}

/** Straight lines: an error, as a search that finds nothing, would end a loop. It also takes a second to show, unless silenced; but then it stops no macro. */
function script(folder: string, cases: readonly Case[]): string {
  const runs = cases.map(({ at, keys }, index) => {
    const typed = `${[...keys].map(scripted).join("")}\\<Esc>\\<Esc>`;
    return `call Begin(${index})\n${FIRST}\ncall Place(${at[0]}, ${at[1]})\nsilent${keys.includes("@") ? "" : "!"} call feedkeys("m'${typed}", 'ntx')\ncall End()`;
  });
  return `${HEAD.replaceAll("FOLDER", folder)}\n${runs.join("\n")}\ncall writefile(s:answers, '${folder}/answers')\nqa!\n`;
}

/** A function would put back what is searched for and repeated. */
const FIRST = `let @/ = 'QQQ'\ncall feedkeys('f~', 'ntx')\ncall feedkeys("A\\<Esc>", 'ntx')`;

const HEAD = `
set encoding=utf-8 nomore shortmess=aoOtTIcFAW backspace=indent,eol,start shiftwidth=2 expandtab nrformats=bin,hex noautoindent belloff=all
set undolevels=1000 notimeout nottimeout lines=60 columns=200 scrolloff=0 cpoptions=aABceFs nojoinspaces nomodeline viminfo= noswapfile hidden
set cmdheight=20 regexpengine=1
let s:answers = []
let s:texts = json_decode(join(readfile('FOLDER/texts.json'), "\\n"))
function Begin(index)
  for r in split('abc-', '\\zs')
    call setreg(r, r == '-' ? 'R' : 'l', 'c')
  endfor
  for r in split('123456789', '\\zs')
    call setreg(r, ['R'], 'l')
  endfor
  enew!
  call setline(1, 'R')
  call feedkeys('yl@b', 'ntx')
  bwipeout!
  setlocal undolevels=-1
  call setline(1, s:texts[a:index])
endfunction
function Place(row, col)
  setlocal undolevels=-123456
  call cursor(a:row + 1, byteidx(getline(a:row + 1), a:col) + 1)
endfunction
function End()
  if reg_recording() != ''
    call feedkeys('q', 'ntx')
  endif
  let p = getcurpos()
  call add(s:answers, json_encode({'lines': getline(1, '$'), 'at': [p[1] - 1, strchars(strpart(getline('.'), 0, p[2] - 1))]}))
  bwipeout!
endfunction
`;
