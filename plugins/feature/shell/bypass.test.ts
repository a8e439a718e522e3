// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts for a shell
// What must not run without a question: the ways round command guards that have been found in the field, by class.
import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createYard } from "./testing/yard.ts";

const yard = createYard();
afterAll(() => yard[Symbol.dispose]());

// biome-ignore format: a table reads better in rows
const CLASSES: Readonly<Record<string, readonly string[]>> = {
  "substitutions, nested and quoted": [
    "echo $(npm i)", "echo `npm i`", 'echo "$(echo $(npm i))"', 'echo "a `npm i` b"', "cat <(npm i)", "ls >(sh)", "cat <<E\n$(npm i)\nE",
    'cat <<< "$(npm i)"', "x=$(npm i)", "echo ${x:-$(npm i)}", "[[ -n $(npm i) ]]", "for x in $(npm i); do ls; done",
    "case $(npm i) in a) ls;; esac", "echo $((`npm i`))", "ls > $(npm i)",
  ],
  "expansions that run or set": [
    "echo ${x@P}", "echo ${x:=y}", "echo ${x=y}", "echo ${!x}", "echo ${a[$(id)]}", "echo $((a[x]))", "((x=1))", "for ((;;)); do ls; done",
    "[[ a -eq x ]]", "[ -v 'a[$(id)]' ]", "test -v x", "printf -v PATH x", "printf '%n' PATH", "echo ${x:y}", "let x=1", "unset 'a[$(id)]'",
    "echo !(x)",
  ],
  "command words that are not known": [
    "$x a", "${x} a", "$(echo rm) a", "r$x a", "'' a", "*", "./ls", "sub/ls", "~/ls", "a=rm; b=-rf; $a $b src", "touch${IFS}x", "$'\\x6epm' i",
    "{npm,i}",
  ],
  "separators and what looks like none": [
    "ls; npm i", "ls & npm i", "ls && npm i", "ls || npm i", "ls | sh", "ls |& sh", "ls\nnpm i", "ls\rnpm i", "ls\u2028npm i", "ls\u00a0x",
    "ls \u200bx", "ls \u202ex", "ls \x1b[2Jx", "(npm i)", "{ npm i; }", "if true; then npm i; fi", "while npm i; do ls; done", "! npm i",
    "time npm i", "coproc npm i", "f() { npm i; }; f", "function ls { npm i; }; ls", "trap 'npm i' EXIT",
  ],
  "syntax that is not whole": ["ls 'a", 'ls "a', "ls $(", "ls `a", "ls |", "ls &&", "if ls", "ls )", "a((b", "case x in", "echo ${"],
  "shells and what they read": [
    'bash -c "$x"', "bash x.sh", "bash <<< 'npm i'", "sh -s < a.txt", "bash -ic ls", "zsh -c ls", "eval $x", 'eval "$(cat a.txt)"', "source a.txt",
    ". ./a.txt", "exec ls", "bash -c 'eval \"npm i\"'", "sh -c 'ls &> x'", "sh -c \"cat $'a'\"", "python3 -c 'x'", "node -e x", "perl -e x",
    "ruby -e x",
  ],
  "the environment of later commands": [
    "export PATH=.:$PATH", "PATH=.; ls", "PATH=. ls", "LD_PRELOAD=./x.so ls", "GIT_DIR=x git log", "GIT_EXTERNAL_DIFF=x git diff",
    "BASH_ENV=x bash -c ls", "IFS=x", "CDPATH=/ cd x", "env PATH=. ls", "env -S 'ls'", "env -C / ls", "env", "printenv", "set", "declare -x A=b",
    "alias ls=rm", "hash -p ./x ls", "enable -f x y", "shopt -s expand_aliases", "read PATH", "for PATH in .; do ls; done", "LC_ALL=../x ls",
    "TZ=:/etc/x date", "A=b ls", "http_proxy=x ls", "echo $AWS_SECRET_ACCESS_KEY", "printenv API_TOKEN",
  ],
  wrappers: [
    "sudo ls", "doas ls", "timeout 5 npm i", "timeout -s x 5 npm i", "nice npm i", "nohup npm i", "stdbuf -o0 npm i", "env npm i", "command npm i",
    "builtin eval npm", "setsid ls", "xargs npm", "ls | xargs cat", "ls | xargs -I{} sh -c {}", "ls | xargs -I{} {}", "watch ls", "parallel ls",
    "ssh x ls", "docker run x", "script -c ls", "flock x ls", "busybox ls", "nsenter ls", "timeout $x ls", "ionice -c 3 npm i",
    "xargs -a a.txt ls",
  ],
  "find that acts": [
    "find . -delete", "find . -exec npm {} ;", "find . -exec rm {} +", "find . -execdir ls {} ;", "find . -ok ls {} ;", "find . -fprint x",
    "find . -fprintf x y", "find . -fls x", "find . -exec cat {} ;", "find -L . -name x", "find $x", "find . -files0-from x",
    "find . -type f -o -exec cat {} +", "find . -exec sh -c 'npm' {} +",
  ],
  "searches that run": [
    "rg --pre sh x", "rg --pre=sh x", "rg --hostname-bin=x y", "rg -z x", "rg -L x", "rg --search-zip x", "grep -R x .", "fd -x rm", "fd -X rm",
    "fd --exec rm", "ag x", "git grep -O x", "git grep --open-files-in-pager=x y", "rg --pr sh x", "rg $x",
  ],
  "sed, awk and kin": [
    "sed 'w x' a.txt", "sed 's/a/b/w x' a.txt", "sed '1e npm' a.txt", "sed 's/a/b/e' a.txt", "sed -f x a.txt", "sed -n 'r /etc/passwd' a.txt",
    "sed 'R x' a.txt", "sed -i.bak s/a/b/ a.txt", "sed --in-place=../x s/a/b/ a.txt", "sed -s -n -E --expression 'w x' a.txt",
    "sed '/a/{p;w x\n}' a.txt", "sed 'a\\\nx\nw y' a.txt", "sed $x a.txt", "sed ':a;w x' a.txt", "sed 's/[/]/w x/' a.txt",
    "awk '{print > \"x\"}' a.txt", "awk 'BEGIN{system(\"id\")}'", "awk '\"id\" | getline'", "awk -f x", "awk 'BEGIN{print ENVIRON[\"A\"]}'",
    "awk 'BEGIN{ARGV[1]=\"/x\"}1' a.txt", "jq env a.txt", "jq '$ENV' a.txt", "jq -f x", "jq 'include \"x\"; .' a.txt", "jq -L x .",
    "yq -i . a.txt", "perl -pi -e x a.txt", "ed a.txt", "vim -c x",
  ],
  "options that write or run": [
    "sort --compress-program=sh a.txt", "sort -T / a.txt", "tar xf a.tar", "tar cf x a.txt", "tar tf x --to-command=sh", "tar tf x -I sh",
    "tar -tf host:x", "tar --use-compress-program=sh -tf x", "tar tf x --checkpoint-action=exec=sh", "zip -r x .", "unzip a.zip", "tree -o x",
    "tree -R", "diff -r a b", "diff -l a b", "diff src sub", "date -s x", "date 01010000", "hostname x", "xxd -r a.txt", "file -C -m x", "man ls",
    "less a.txt", "more a.txt", "ps e", "ps auxe", "wget x", "curl x", "ping x", "dig x", "nc x 1", "cat /dev/tcp/x/1 > /dev/tcp/x/1",
    "dd if=a.txt of=b.txt", "ln -s / x", "chmod +x a.txt", "install a b", "rm -r src", "rm -rf src", "cp -r src x", "cp -a a.txt x",
    "cp --parents a.txt x", "cp -t sub a.txt", "mv sub x", "mv src/link.ts x", "truncate -s0 a.txt", "tee $x", "sort a.txt -o $x",
    "base64 -o x a.txt", "split a.txt", "csplit a.txt 1", "shred a.txt", "rg x --debug=y", "ls --outp=x", "yarn --version", "npm --version",
    "go version", "cargo --version",
  ],
  "arguments that become options": ["sort $x", "git log $x", "git show $(cat a.txt)", "rg $x src", "tree $x", "uniq $x", "find $x -name y"],
  "git that acts or runs": [
    "git add .", "git commit -m x", "git checkout .", "git push", "git fetch", "git pull", "git clone x", "git stash", "git stash pop",
    "git branch x", "git branch -D x", "git branch --merged=x -d y", "git tag x", "git tag -d x", "git remote add x y", "git remote show x",
    "git config x y", "git config --add a b", "git config alias.x '!sh'", "git config -l", "git log --output=x", "git diff --output=x",
    "git diff --ext-diff", "git log --textconv", "git show --textconv", "git -c core.pager=x log", "git -c alias.log='!sh' log",
    "git --exec-path=x log", "git --git-dir=x log", "git --work-tree=/ diff", "git -p log", "git --config-env=a=b log", "git $x", "git foo",
    "git log --format=%G?", "git log --format='%an %GS'", "git log --pretty=%GK", "git grep -f x y", "git blame --contents x a.txt",
    "git submodule status", "git worktree add x", "git notes add", "git reflog expire", "git symbolic-ref HEAD x", "git diff --no-index a b",
    "git ls-remote", "git archive HEAD", "git bisect run x", "git rebase -x sh", "git difftool", "git help log", "git cat-file --textconv HEAD:a",
    "git cat-file --filters HEAD:a", "git log -O x", "git log --outpu=x",
  ],
};
for (const [name, lines] of Object.entries(CLASSES)) {
  describe(name, () => {
    test.each(lines)("%j is asked about", (line) => expect(yard.verdict(line)).toBe("execute"));
  });
}

describe("paths out of the workspace", () => {
  // biome-ignore format: a table reads better in rows
  test.each([
    "cat ../secret", "cat /etc/passwd", "cat ~/.profile", "cat out/secret", "cat src/link.ts", "cat src/*.ts", "cat src/../../secret",
    "cat out/../secret", "head -5 < ../secret", "grep x ../secret", "grep -f ../secret a.txt", "cd .. && cat secret", "cd out && cat secret",
    "cd out && cat ../secret", "cd src/../.. ; ls", "ls /", "ls -R out", "find / -name x", "find out/", "rg x ..", "cd; ls", "cd ~ && ls",
    "pushd / && ls", "x=../secret; cat $x", "for f in ../secret; do cat $f; done", "echo x > ../new", "echo x > /tmp/x", "touch ../new",
    "touch out/new", "cp a.txt ..", "cp ../secret x", "mv a.txt out", "mkdir ../new", "rm ../secret", "rm src/link.ts", "tee ../new < a.txt",
    "sort -o ../new a.txt", "echo x > out/*", "touch /tmp/*.claw", "git -C .. log", "git -C / status", "git diff ../secret /etc/passwd",
    "git log -- ../x", "bash -c 'cat ../secret'", "timeout 5 cat ../secret", 'cat "../secret"', "cat '..'/secret", "cat ..\\/secret",
    "cat $'\\x2e\\x2e/secret'", "cat {a.txt,../secret}", "cat .?/secret", "cat ..*/secret".replace("..*", ".[.]"),
  ])("%j", (line) => expect(["beyond", "execute"]).toContain(yard.verdict(line)));

  test("a folder that may be another one counts as both", () => {
    expect(yard.verdict("cd src || true; cat ../a.txt")).toBe("beyond");
    expect(yard.verdict("cd src && cat ../a.txt")).toBe("read");
    expect(yard.verdict("true || cd sub; cat ../a.txt")).toBe("beyond");
    expect(yard.verdict("if true; then cd sub/deep; fi; cat ../../a.txt")).toBe("beyond");
    expect(yard.verdict("while true; do cd ..; cat a.txt; done")).toBe("execute");
    expect(yard.verdict("for i in 1 2; do cd ..; done; cat secret")).toBe("execute");
    expect(yard.verdict("cd -; ls")).toBe("execute");
    expect(yard.verdict("cd $x; ls")).toBe("execute");
    expect(yard.verdict("x=a.txt; while true; do cat $x; x=/etc/passwd; done")).toBe("execute");
    expect(yard.verdict("x=a.txt; false && x=/etc/passwd; cat $x")).toBe("execute");
    expect(yard.analysis("cat a.txt", "").parts[0]?.reads).toEqual([{ path: "/a.txt" }]);
  });

  test("without a folder nothing relative is known", () => {
    using blind = createYard({ env: { CDPATH: "/" } });
    expect(blind.verdict("cd src && ls")).toBe("execute");
    expect(blind.verdict("cd ./src && ls")).toBe("read");
  });
});

test("names with a dash in front > a glob that matches one may be an option", () => {
  using other = createYard();
  writeFileSync(join(other.ws, "-o"), "");
  expect([other.verdict("sort *"), other.verdict("sort ./*"), other.verdict("cat *.txt")]).toEqual(["execute", "beyond", "read"]);
});

test("a program of the workspace is not the system's", () => {
  using other = createYard();
  other.write("ws/bin/ls");
  const own = createYard({ own: [join(other.ws, "bin")] });
  expect([own.verdict("ls"), own.verdict("cat a.txt")]).toEqual(["execute", "read"]);
  own[Symbol.dispose]();
});

test("no size weakens the answer", () => {
  expect(yard.verdict(`${"ls; ".repeat(60)}npm i`)).toBe("execute");
  expect(yard.verdict(`${"ls; ".repeat(400)}ls`)).toBe("execute");
  expect(yard.verdict(`${"(".repeat(200)}npm i${")".repeat(200)}`)).toBe("execute");
  expect(yard.verdict(`echo ${"$(echo ".repeat(60)}$(npm i)${")".repeat(60)}`)).toBe("execute");
  expect(yard.verdict(`echo ${"a".repeat(30_000)}`)).toBe("execute");
  expect(yard.verdict('bash -c "bash -c \'bash -c \\"bash -c ls\\"\'"')).toBe("read");
});

describe("where there is only sh", () => {
  test.each(["cat $'a'", "ls &> x", "cat <<< x", "diff <(ls) <(ls)", "[[ -f a ]]", "echo {a,b}"])("%j is asked about", (line) => {
    using own = createYard({ shell: "sh" });
    expect([own.verdict(line), own.verdict("cat a.txt | head -3; ls 2>&1")]).toEqual(["execute", "read"]);
  });
});
