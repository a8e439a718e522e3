// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts for a shell
// Command lines made at random from a grammar of what models write and of what attackers do, the same ones for the same seed.

export type Random = (below: number) => number;

/** Numbers that look random, from a seed. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One line. */
export function makeLine(random: Random, depth = 2): string {
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
  const some = (most: number, make: () => string): string => Array.from({ length: random(most + 1) }, make).join(" ");
  const word = (): string => (random(6) === 0 ? quoted(pick(WORDS), random) : pick(WORDS));
  const simple = (): string =>
    [
      ...(random(12) === 0 ? [pick(SETTINGS)] : []),
      pick(PROGRAMS),
      some(2, () => pick(OPTIONS)),
      some(2, word),
      ...(random(7) === 0 ? [pick(REDIRECTIONS)] : []),
    ]
      .filter(Boolean)
      .join(" ");
  if (depth === 0) return simple();
  const inner = (): string => makeLine(random, depth - 1);
  switch (random(12)) {
    case 0:
      return `${inner()} ${pick(["&&", "||", ";", "|", "&", "\n", "|&"])} ${inner()}`;
    case 1:
      return `cd ${pick(FOLDERS)} ${pick(["&&", ";", "||"])} ${inner()}`;
    case 2:
      return `(${inner()})${pick(["", " > new", " 2>/dev/null"])}`;
    case 3:
      return `${pick(["timeout 2", "nice", "env", "env LC_ALL=C", "command", "xargs", "xargs -n1", "nohup", "builtin", "stdbuf -oL"])} ${inner()}`;
    case 4:
      return `bash -c '${inner().replaceAll("'", "")}'`;
    case 5:
      return `for f in ${pick(["a.txt b.txt", "*.txt", "../secret", "src/*", "$x"])}; do ${simple()} ${pick(["$f", '"$f"', ""])}; done`;
    case 6:
      return `if ${simple()}; then ${inner()}; else ${simple()}; fi`;
    case 7:
      return `echo "${pick(["$(", "a $("])}${inner()})"`;
    case 8:
      return `x=${pick(["a.txt", "../secret", "-o", "$(pwd)"])}; ${simple()} ${pick(["$x", '"$x"', "${x%.txt}", "${x:=new}"])}`;
    case 9:
      return `find ${pick(FOLDERS)} ${pick(["", "-type f", "-name '*.txt'", "-delete", "-fprint new", "-maxdepth 1"])} ${pick(["", "-exec cat {} +", "-exec grep -l x {} \\;", "-exec rm {} +", "-print"])}`;
    default:
      return simple();
  }
}

// --- internal ---

// biome-ignore format: lists read better in rows
const PROGRAMS = [
  "cat", "ls", "head", "tail", "wc", "grep", "grep -r", "sed", "sed -n", "awk", "sort", "uniq", "cut", "tr", "find", "diff", "stat", "file", "xxd", "od", "tee", "touch", "mkdir", "cp", "mv", "rm", "ln -s",
  "git status", "git log", "git diff", "git show", "git branch", "git tag", "git ls-files", "git grep", "git config", "git stash", "echo", "printf", "test", "[", "true", "basename", "realpath", "date", "tar",
  "base64", "sha256sum", "jq", "dd", "env", "set", "export", "read", "eval", "cd", "pushd src", "popd", "type", "paste", "join", "nl", "tac", "split", "install", "chmod +x", "truncate", "./x.sh", "sh", "$x", "comm", "fold",
];
// biome-ignore format: lists read better in rows
const OPTIONS = [
  "-n", "-r", "-i", "-o", "-o new", "-f", "-e x", "-l", "-a", "-p", "-c", "-d", "-s", "-t", "-u", "-v", "-w", "-x", "-R", "-L", "-E", "-z", "-1", "-5", "-n1", "--", "--output=new", "--help", "--all", "--color", "-i.bak", "-la",
  "--compress-program=./x.sh", "--files-with-matches", "-exec ./x.sh {} +", "'1p'", "'w new'", "'s/a/b/w new'", "'1e ./x.sh'", "'{print}'", "'{print > \"new\"}'", "'BEGIN{system(\"./x.sh\")}'", "1,3p", "-m 1", "-A 1", "tf", "xf", "cf", "%s", "%n",
  "user.name x", "--get user.name", "-D x", "new", "HEAD", "--stat", "]",
];
// biome-ignore format: lists read better in rows
const WORDS = [
  "a.txt", "b.txt", "src", "src/x.ts", "*.txt", "src/*", ".", "..", "../secret", "out/secret", "src/link.ts", "new", "sub/new", "sub/deep/../../../secret", "$x", "\"$x\"", "$HOME/.profile", "~/.profile", "$(cat a.txt)", "`pwd`", "{a.txt,../secret}",
  ".?/secret", ".[.]/secret", "-", "--", "-x", "\\*.txt", "'a b'", "$'\\x2e\\x2e/secret'", "<(cat ../secret)", "a.txt/../../secret", "./-x", "ROOT/secret", "out/../secret", "*/*", "sub/deep/z", ".git/config", "[", "''",
];
const FOLDERS = ["src", "..", "sub/deep", "out", ".", "~", "sub/..", "src/../..", "$x", "nowhere"];
const REDIRECTIONS = [
  "> new",
  ">> a.txt",
  "> ../new",
  "< ../secret",
  "< a.txt",
  "2>&1",
  "2>/dev/null",
  "&> new",
  "> out/new",
  ">| new",
  "<> new2",
  "> .git/hooks/x",
  "<<< x",
  "> $x",
];
const SETTINGS = ["LC_ALL=C", "PATH=.:$PATH", "x=../secret", "GIT_EXTERNAL_DIFF=./x.sh", "LD_PRELOAD=./x.so", "x=a.txt"];

function quoted(word: string, random: Random): string {
  const plain = /^[\w./*-]+$/.test(word);
  if (!plain) return word;
  return [`"${word}"`, `'${word}'`, `${word.slice(0, 1)}''${word.slice(1)}`, `${word.slice(0, 1)}\\${word.slice(1)}`][random(4)] as string;
}
