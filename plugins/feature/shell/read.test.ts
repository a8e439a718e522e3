// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts for a shell
// What must run without a question: lines that are proven to only read, or besides to write plain files that they name.
import { afterAll, expect, test } from "bun:test";
import { createYard } from "./testing/yard.ts";

const yard = createYard();
afterAll(() => yard[Symbol.dispose]());

// biome-ignore format: a table reads better in rows
test.each([
  "ls", "ls -la src", "ls -l *.txt", "pwd", "cat a.txt b.txt", "cat -- a.txt", "head -n 20 a.txt", "head -20 a.txt", "tail -c +5 a.txt",
  "wc -l src/x.ts", "grep -rn 'foo|bar' src --include=*.ts", "grep -e '-x' a.txt", "grep foo *.txt", "rg -n --hidden -g '!*.lock' foo src",
  "find . -name '*.ts' -not -path './x/*' | sort | head -50", "find src -type f -exec grep -l x {} +", "find . -maxdepth 2 -type d",
  "tree -L 2 -a", "du -sh src", "stat -c %s a.txt", "file a.txt", "diff -u a.txt b.txt", "cmp a.txt b.txt", "sed -n '1,20p' a.txt",
  "sed -n -e '/foo/,/bar/p' a.txt", "sed 's/a/b/g; s#c#d#' a.txt", "sed -E 's/(a|b)+/x/' a.txt | head", "awk '{print $1}' a.txt",
  "awk -F: '/x/ {n += 1} END {print n}' a.txt", "sort -u a.txt | uniq -c | sort -rn", "cut -d: -f1 a.txt | tr a-z A-Z", "jq -r '.a[] | .b' a.txt",
  "xxd -l 16 a.txt", "sha256sum a.txt", "base64 -d a.txt", "nl -ba a.txt", "od -c a.txt | head", "git status", "git status --short --branch",
  "git log --oneline -20", "git log -p --stat -- src/x.ts", "git diff", "git diff --cached HEAD~2..HEAD -- src", "git show HEAD:src/x.ts",
  "git show --stat HEAD", "git branch -a", "git branch --show-current", "git branch --list 'x*'", "git tag -l", "git remote -v",
  "git rev-parse --show-toplevel", "git ls-files src", "git blame -L 1,5 a.txt", "git stash list", "git grep -n '/api/' src",
  "git --no-pager log -5", "git -C src log", "git config user.name", "git config --get remote.origin.url", "git describe --tags --always",
  "git merge-base main HEAD", "git cat-file -p HEAD", "cd src && cat x.ts", "cd src && ls && cd .. && cat a.txt", "cd sub/deep && cd ../.. && ls",
  "pushd src && ls && popd", "(cd src && ls); cat a.txt", "cd . && ls", "echo hello", "echo 'a; rm x' \"b | c\"", "echo $HOME $PWD $x ${y:-z}",
  "printf '%s\\n' a b", "echo $((1 + 2))", "echo {a,b} {1..3}", "echo $(cat a.txt) `pwd`", 'echo "$(git rev-parse HEAD)"', "true && ls || echo no",
  "test -f a.txt && echo yes", "[ -d src ] || exit 1", "[[ -f a.txt && $x == y* ]] && ls", "if [ -f a.txt ]; then cat a.txt; else echo none; fi",
  "! grep -q x a.txt", "time ls", 'for f in a.txt b.txt; do echo "== $f"; head -3 "$f"; done', "for f in sub/deep/*; do wc -l $f; done",
  "for i in 1 2; do for j in a b; do cat $j.txt; done; done", 'x=a.txt; cat "$x"', 'while read -r l; do echo "$l"; done < a.txt',
  "case $x in a) ls;; *) echo b;; esac", "ls > /dev/null 2>&1", "ls 2>/dev/null | wc -l", "cat a.txt >&2", "cat <<'E'\n$(rm x)\nE",
  "cat <<E\n$HOME\nE", "cat <<< 'x'", "diff <(cat a.txt) <(cat b.txt)", "timeout 5 ls", "nice -n 5 cat a.txt", "env LC_ALL=C sort a.txt",
  "LC_ALL=C sort a.txt", "command ls", "/bin/ls -l", "/usr/bin/wc a.txt", "bash -c 'ls | head'", 'sh -c "cat a.txt"', "eval 'ls src'",
  "ls | xargs -n1 basename", "node --version", "python3 -V", "which git", "command -v bun", "type ls", "date +%s", "date -d '1 day ago'",
  "uname -a", "id -un", "ps aux", "df -h .", "set -euo pipefail; ls", "tar tzf a.tgz", "tar --list -f a.tar", "unzip -l a.zip", "ls &",
  "\\ls a.txt", "l's' a.txt", "ls \\\n  src", "ls # what is here", "cat ./a.txt src/../a.txt", 'cat "a.txt"', "ls src/..",
  "seq 3 | while read n; do echo $n; done", "basename $x", "realpath a.txt",
])("%j only reads", (line) => {
  expect([yard.verdict(line), yard.analysis(line).parts.find((part) => part.why !== "")?.why]).toEqual(["read", undefined]);
});

// biome-ignore format: a table reads better in rows
test.each([
  "echo x > new.txt", "echo x >> a.txt", "ls &> log", "ls 2> err.txt", "cat a.txt | tee new.txt", "touch new sub/new",
  "mkdir -p new/{a,b} && touch new/a/x", "cp a.txt sub", "cp -p a.txt b.txt new.txt", "mv a.txt c.txt", "rm -f a.txt b.txt", "rm *.txt",
  "rmdir sub/deep", "sort -o a.txt a.txt", "uniq a.txt new", "cd sub && touch y", "for f in a b; do touch $f; done",
  "cat > new.txt <<'E'\ntext\nE", "true <> a.txt",
])("%j writes only what it names", (line) => {
  expect(yard.verdict(line)).toBe("write");
});

test("sed -i > writes what it names, where a suffix is not taken for one", () => {
  expect(yard.verdict("sed -i 's/a/b/' a.txt")).toBe(process.platform === "linux" ? "write" : "execute");
});
