// Git commands that only read, as data, and whether the repository could make git run something while it does.
import { type State, touchedBy } from "./ground.ts";
import { type At, type Finding, NOTHING, unproven } from "./judge.ts";
import { type Given, sortWords, tableOf } from "./options.ts";
import { repositoryOf } from "./repository.ts";
import { known, text, type Word } from "./words.ts";

/** What `git` does with `words`. */
export function judgeGit(words: readonly Word[], at: At): Finding {
  let rest = words;
  let { state } = at;
  while (known(rest[0])?.startsWith("-") === true) {
    const option = known(rest[0]) as string;
    if (option === "--version") return NOTHING;
    if (option === "-C" && rest[1]?.kind === "text") {
      const { folders } = state;
      const to = rest[1].text;
      if (!to.startsWith("/") && folders === undefined) return unproven("the folder it runs in is not known");
      state = { ...state, folders: to.startsWith("/") ? [to] : (folders as readonly string[]).map((folder) => `${folder}/${to}`) };
      rest = rest.slice(2);
    } else if (/^(--no-pager|-P|--no-optional-locks|--literal-pathspecs|--no-replace-objects)$/.test(option)) rest = rest.slice(1);
    else return unproven(`git ${option} may change what git runs`);
  }
  const name = known(rest[0]);
  if (name === undefined) return unproven("git: its command is known only when it runs");
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) return name === "version" ? NOTHING : unproven(`git ${name} is not known to only read`);
  return judge(name, command, rest.slice(1), state);
}

// --- internal ---

/** `worktree`: looks at the files themselves; `pattern`: its first operand is a text. `only` says whether the operands keep it from changing something. */
type Command = readonly [options: string, marks: string, only?: (given: Given) => boolean];

const NO_OPERANDS = ({ operands }: Given): boolean => operands.length === 0;
const LISTS =
  (...flags: readonly string[]) =>
  (given: Given): boolean =>
    given.operands.length === 0 || flags.some((flag) => given.flags.has(flag));
const FIRST =
  (...names: readonly string[]) =>
  ({ operands }: Given): boolean =>
    names.includes(known(operands[0]) ?? "");
/** Keys of the configuration that hold no secrets. */
const PLAIN_KEY = /^(user|core|branch|init|pull|push|merge|diff|color|fetch|rebase)\.[\w.-]+$|^remote\.[\w-]+\.(url|fetch|pushurl)$/i;

const DIFF =
  "abcpuszRMCDWw -U? -S: -G: -M? -C? -B? -l: --patch --no-patch --unified= --raw --patch-with-stat --patch-with-raw --minimal --patience --histogram --diff-algorithm= --stat? --numstat --shortstat " +
  "--dirstat? --summary --name-only --name-status --color? --no-color --color-moved? --word-diff? --word-diff-regex= --color-words? --no-renames --find-renames? --find-copies? --diff-filter= " +
  "--pickaxe-all --pickaxe-regex --relative? --ignore-space-at-eol --ignore-space-change --ignore-all-space --ignore-blank-lines --inter-hunk-context= --function-context --exit-code --quiet " +
  "--no-ext-diff --no-textconv --ignore-submodules? --src-prefix= --dst-prefix= --no-prefix --full-index --abbrev? --check --text --compact-summary --cached --staged --merge-base --cc";
const LOG =
  "ncmgi -# -n: -L: --oneline --graph --all --branches? --tags? --remotes? --decorate? --no-decorate --pretty? --abbrev-commit --no-abbrev-commit --date= --reverse --follow " +
  "--merges --no-merges --first-parent --max-count= --skip= --since= --after= --until= --before= --author= --committer= --grep= --all-match --invert-grep --regexp-ignore-case --extended-regexp --fixed-strings " +
  "--topo-order --date-order --author-date-order --left-right --cherry-pick --cherry-mark --cherry --walk-reflogs --no-walk --source --boundary --simplify-by-decoration --full-history --ancestry-path " +
  "--no-notes --notes? --show-pulls --parents --children --not --relative-date --no-color --encoding= --clear-decorations --min-parents= --max-parents=";

// biome-ignore format: a table reads better in rows
const COMMANDS: Readonly<Record<string, Command>> = {
  status: ["svbzuM -u? --short --branch --long --verbose --porcelain? --untracked-files? --ignored? --ignore-submodules? --column? --no-column --ahead-behind --no-ahead-behind --show-stash --no-renames --find-renames?", "worktree"],
  diff: [DIFF, "worktree"],
  log: [`${LOG} ${DIFF} --format=`, ""],
  show: [`${LOG} ${DIFF} --format=`, ""],
  whatchanged: [`${LOG} ${DIFF} --format=`, ""],
  shortlog: ["nsecw --numbered --summary --email --no-merges --all --since= --until= --group=", ""],
  reflog: ["n -n: -# --all --date= --oneline --format= --pretty? --no-abbrev-commit", "", (given) => NO_OPERANDS(given) || FIRST("show", "HEAD")(given)],
  blame: ["bltfnsecwpMC -L: --root --show-name --show-number --porcelain --line-porcelain --incremental --date= --abbrev= --show-email --no-progress --first-parent", ""],
  annotate: ["bltfnsecwpMC -L:", ""],
  grep: ["iIvwhHEGPFnlLzocpWaq -# -e: -A: -B: -C: -m: --ignore-case --invert-match --word-regexp --extended-regexp --basic-regexp --perl-regexp --fixed-strings --line-number --column --files-with-matches --name-only " +
    "--files-without-match --count --color? --no-color --break --heading --show-function --function-context --max-depth= --cached --untracked --and --or --not --all-match --quiet --full-name --only-matching --text --null", "worktree pattern"],
  "ls-files": ["cdmoiskutvzfx -x: --cached --deleted --modified --others --ignored --stage --killed --unmerged --exclude= --exclude-standard --error-unmatch --full-name --abbrev? --directory --no-empty-directory --eol --deduplicate --format=", "worktree"],
  "ls-tree": ["drtlz --long --name-only --name-status --object-only --full-name --full-tree --abbrev? --format=", ""],
  "rev-parse": ["q --verify --quiet --short? --abbrev-ref? --symbolic --symbolic-full-name --all --branches? --tags? --remotes? --show-toplevel --show-prefix --show-cdup --git-dir --git-common-dir --absolute-git-dir " +
    "--is-inside-work-tree --is-inside-git-dir --is-bare-repository --is-shallow-repository --show-superproject-working-tree --show-object-format? --default= --revs-only --no-revs --flags --no-flags", ""],
  "rev-list": [`${LOG} --count --objects --max-age= --min-age= --timestamp --quiet --format=`, ""],
  "cat-file": ["tspe", ""],
  "merge-base": ["a --all --octopus --is-ancestor --fork-point --independent", ""],
  "name-rev": ["--tags --name-only --all --refs= --always --no-undefined", ""],
  "for-each-ref": ["--count= --sort= --format= --contains? --merged? --no-merged? --points-at= --ignore-case", ""],
  "show-ref": ["dsq --head --heads --tags --branches --dereference --hash? --verify --quiet --abbrev? --exists", ""],
  "show-branch": ["arg --all --remotes --list --current --topo-order --date-order --sparse --more= --merge-base --independent --no-color", ""],
  "symbolic-ref": ["q --short --quiet", "", ({ operands }) => operands.length === 1],
  "count-objects": ["vH --verbose --human-readable", ""],
  "check-ignore": ["qvnz --quiet --verbose --non-matching --no-index", ""],
  "check-attr": ["az --all --cached", ""],
  "diff-tree": [`${DIFF} rtvm --root --no-commit-id --pretty? -r`, ""],
  "diff-index": [DIFF, "worktree"],
  "diff-files": [DIFF, "worktree"],
  "range-diff": [`${DIFF} --creation-factor= --no-dual-color`, ""],
  cherry: ["v --abbrev?", ""],
  describe: ["--all --tags --contains --abbrev= --candidates= --exact-match --long --match= --exclude= --always --first-parent --debug --dirty? --broken?", "worktree"],
  branch: ["arvqi --all --remotes --list --verbose --show-current --color? --no-color --column? --no-column --sort= --format= --ignore-case --abbrev= --no-abbrev --contains? --no-contains? --merged? --no-merged? --points-at= l", "", LISTS("--list", "-l", "--contains", "--no-contains", "--merged", "--no-merged")],
  tag: ["ln -n? --list --sort= --format= --contains? --no-contains? --merged? --no-merged? --points-at= --column? --no-column --ignore-case --color?", "", LISTS("-l", "--list", "--contains", "--no-contains", "--merged", "--no-merged")],
  remote: ["v --verbose --all --push", "", (given) => NO_OPERANDS(given) || FIRST("get-url")(given)],
  stash: [`${DIFF} --format= --oneline --include-untracked --only-untracked`, "", FIRST("list", "show")],
  worktree: ["vz --porcelain --verbose", "", FIRST("list")],
  notes: ["", "", (given) => NO_OPERANDS(given) || FIRST("list", "show")(given)],
  config: ["z --get --get-all --null --local --type= --default= --bool --int --show-origin --show-scope", "", ({ operands }) => {
    const [first, second] = operands.map(known);
    return operands.length === (first === "get" ? 2 : 1) && PLAIN_KEY.test((first === "get" ? second : first) ?? "");
  }],
};

function judge(name: string, [options, marks, only]: Command, words: readonly Word[], state: State): Finding {
  const given = sortWords(words, tableOf(options));
  if (typeof given === "string") return unproven(`git ${name}: ${given}`);
  if (only?.(given) === false) return unproven(`git ${name} with these words may change something`);
  if (given.values.some(({ word }) => known(word)?.includes("%G") !== false)) return unproven(`git ${name}: a format that checks signatures`);
  const found = state.folders?.map((folder) => repositoryOf(folder, marks.includes("worktree")));
  if (found === undefined) return unproven("the folder it runs in is not known");
  const fault = found.find((one) => one.fault !== undefined)?.fault;
  if (fault !== undefined) return unproven(`git ${name}: ${fault}`);
  // A path out of the repository makes `diff` compare files of any kind; whatever an operand is, as a path it has to be inside.
  const worded = marks.includes("pattern") && !given.flags.has("-e") ? given.operands.slice(1) : given.operands;
  const operands = worded.filter((operand) => !/^[\w@^~{}]+(\.{2,3}[\w@^~{}]*)?$/.test(known(operand) ?? "/"));
  const reads = touchedBy(operands.map(plainPath), state, true);
  if (typeof reads === "string") return unproven(`git ${name}: ${reads}`);
  return { ...NOTHING, reads: [...reads, ...(state.folders ?? []).map((path) => ({ path }))] };
}

/** `HEAD:path` and `:(top)path` name what the repository holds, `a..b` two of its commits. */
function plainPath(operand: Word): Word {
  const value = known(operand);
  if (value === undefined) return operand;
  if (value.startsWith(":")) return text(".");
  return /^[\w@^~{}./-]+:/.test(value) && !value.startsWith("/") && !value.startsWith(".") ? text(".") : operand;
}
