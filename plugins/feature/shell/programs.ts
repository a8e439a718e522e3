// What common programs do, as data. A program, or an option of one, that is not in these tables is not known: then its command is asked about.
import { type Table, tableOf } from "./options.ts";

/**
 * What is left when the options are taken: `none` may be; `text`; what is read, `files` no folders, `names` of what is there, `tree` with all below them; `pattern`, a text then files,
 * unless an option gave the text; `first`, a file that is read, then one that is written; `write`, files that are written; `copy` and `move`, files
 * and where they go; `remove`, files that go. `here`: without any, it reads the folder it runs in.
 */
export type Operands = "none" | "text" | "read" | "files" | "names" | "tree" | "pattern" | "first" | "write" | "copy" | "move" | "remove" | "make";
export interface Program {
  readonly table: Table;
  readonly operands: Operands;
  readonly here: boolean;
}

/** The program of that name, without its folder. */
export function programOf(name: string): Program | undefined {
  const row = Object.hasOwn(PROGRAMS, name) ? PROGRAMS[name] : undefined;
  if (row === undefined) return undefined;
  const [operands, options, inert] = row;
  const [kind = "none", here] = operands.split(" ");
  return { table: tableOf(options, inert === "inert"), operands: kind as Operands, here: here === "here" };
}

// --- internal ---

type Row = readonly [operands: string, options: string, inert?: "inert"];
const HASH: Row = [
  "read",
  "bctwz --binary --check --tag --text --zero --ignore-missing --quiet --status --strict --warn -a: --algorithm= -l: --length=",
  "inert",
];
const GREP =
  "EFGPiIvwxcLlnHhobqsrUTzay -# -e: -m: -A: -B: -C: -f< -d: -D: --include= --exclude= --exclude-dir= --exclude-from=< --color? --colour? --binary-files= --context= " +
  "--after-context= --before-context= --max-count= --regexp= --file=< --label= --ignore-case --no-ignore-case --invert-match --word-regexp --line-regexp --count " +
  "--files-with-matches --files-without-match --line-number --with-filename --no-filename --only-matching --quiet --silent --no-messages --byte-offset --text " +
  "--recursive --null --null-data --perl-regexp --extended-regexp --fixed-strings --basic-regexp --line-buffered --initial-tab";

// biome-ignore format: a table reads better in rows
const PROGRAMS: Readonly<Record<string, Row>> = {
  ":": ["text", "", "inert"],
  true: ["text", "", "inert"],
  false: ["text", "", "inert"],
  echo: ["text", "neE", "inert"],
  pwd: ["none", "LP"],
  whoami: ["none", ""],
  id: ["text", "ugGnrz --user --group --groups --name --real --zero"],
  groups: ["text", ""],
  uname: ["none", "asnrvmpio --all --kernel-name --nodename --kernel-release --kernel-version --machine --processor --operating-system"],
  arch: ["none", ""],
  nproc: ["none", "--all --ignore="],
  uptime: ["none", "ps --pretty --since"],
  hostname: ["none", "sfdiIA --short --fqdn --domain --ip-address --all-ip-addresses"],
  tty: ["none", "s --silent"],
  free: ["none", "bkmghtlw --bytes --kibi --mebi --gibi --human --total --wide --si"],
  lscpu: ["none", "aeJ --json"],
  sleep: ["text", ""],
  seq: ["text", "w -s: -f: --separator= --format= --equal-width", "inert"],
  basename: ["text", "az -s: --multiple --suffix= --zero", "inert"],
  dirname: ["text", "z --zero", "inert"],
  which: ["text", "as --all", "inert"],
  realpath: ["text", "emLPqsz --canonicalize-existing --canonicalize-missing --logical --physical --quiet --strip --no-symlinks --zero --relative-to= --relative-base=", "inert"],
  readlink: ["text", "femnqsvz --canonicalize --canonicalize-existing --canonicalize-missing --no-newline --quiet --silent --verbose --zero", "inert"],
  ls: ["names here", "1AaBbCcdFfGgHhiklLmNnopqQRrSstUuvxXZ -I: -w: -T: --all --almost-all --author --escape --block-size= --ignore-backups --color? --directory --classify? --file-type " +
    "--format= --full-time --group-directories-first --no-group --human-readable --si --indicator-style= --inode --ignore= --hide= --kibibytes --dereference --numeric-uid-gid --literal " +
    "--quote-name --quoting-style= --reverse --recursive --size --sort= --time= --time-style= --tabsize= --width= --zero", "inert"],
  tree: ["names here", "adfipsugDFhCnqQNrtUvcJX -L: -P: -I: --noreport --dirsfirst --gitignore --prune --du --si --sort= --filelimit= --charset= --matchdirs --ignore-case --inodes --filesfirst"],
  du: ["names here", "abcDdhHklmsSx0 -d: -t: -B: --all --apparent-size --block-size= --bytes --total --human-readable --max-depth= --summarize --threshold= --time? --exclude= --one-file-system --si --inodes", "inert"],
  df: ["read here", "ahHiklmPTx -t: -x: -B: --all --human-readable --inodes --local --portability --print-type --total --output? --block-size= --type= --exclude-type= --si", "inert"],
  stat: ["read", "LfFtxsnqrl -c: --format= --printf= --dereference --file-system --terse", "inert"],
  file: ["read", "bhiklLnNprsv0 --brief --mime --mime-type --mime-encoding --extension --keep-going --dereference --no-dereference --raw --version", "inert"],
  cat: ["read", "AbeEnstTuv --show-all --number-nonblank --show-ends --number --squeeze-blank --show-tabs --show-nonprinting", "inert"],
  tac: ["read", "br -s: --before --regex --separator=", "inert"],
  rev: ["read", "", "inert"],
  nl: ["read", "p -b: -d: -f: -h: -i: -l: -n: -s: -v: -w:", "inert"],
  head: ["read", "qvz -# -n: -c: --lines= --bytes= --quiet --silent --verbose --zero-terminated", "inert"],
  tail: ["read", "fFqvzr -# -n: -c: -s: --lines= --bytes= --follow? --pid= --retry --sleep-interval= --quiet --silent --verbose --zero-terminated", "inert"],
  wc: ["read", "clLmw --bytes --chars --lines --words --max-line-length --total=", "inert"],
  cut: ["read", "nsz -b: -c: -d: -f: --bytes= --characters= --delimiter= --fields= --complement --only-delimited --output-delimiter= --zero-terminated", "inert"],
  tr: ["text", "cCdst --complement --delete --squeeze-repeats --truncate-set1", "inert"],
  fold: ["read", "bs -w: --bytes --spaces --width=", "inert"],
  fmt: ["read", "cstu -# -p: -w: -g:", "inert"],
  column: ["read", "texnLJR -s: -o: -c: -N: -R: -T: -H: -O: --table --separator= --output-separator= --json --table-columns=", "inert"],
  expand: ["read", "i -t:", "inert"],
  unexpand: ["read", "a -t: --all --first-only", "inert"],
  paste: ["read", "sz -d: --delimiters= --serial --zero-terminated", "inert"],
  join: ["read", "iz -# -a: -e: -j: -o: -t: -v: -1: -2: --check-order --nocheck-order --header", "inert"],
  comm: ["read", "123z --check-order --nocheck-order --output-delimiter= --total --zero-terminated", "inert"],
  cmp: ["read", "bls -i: -n: --print-bytes --verbose --silent --quiet --bytes=", "inert"],
  diff: ["files", "abBcdeEiNnpqstTuwWyZ -# -C: -U: -W: -x: -I: -F: --brief --report-identical-files --unified? --context? --side-by-side --width= --new-file --text " +
    "--ignore-case --ignore-all-space --ignore-space-change --ignore-blank-lines --ignore-trailing-space --strip-trailing-cr --suppress-common-lines --color? --exclude= --label= --minimal"],
  sort: ["read", "bcCdfghiMmnRrsuVz -k: -t: -S: --key= --field-separator= --buffer-size= --check? --unique --reverse --numeric-sort --general-numeric-sort --human-numeric-sort --version-sort " +
    "--random-sort --stable --merge --ignore-case --ignore-leading-blanks --dictionary-order --month-sort --zero-terminated --parallel= -o> --output=>"],
  uniq: ["first", "cdDiuz -f: -s: -w: --count --repeated --unique --ignore-case --skip-fields= --skip-chars= --check-chars= --all-repeated? --group? --zero-terminated"],
  tsort: ["read", "", "inert"],
  od: ["read", "abcdDefFhHiIlLoOsvxX -A: -j: -N: -S? -t: -w? --address-radix= --skip-bytes= --read-bytes= --format= --width? --output-duplicates", "inert"],
  hexdump: ["read", "bcCdovxX -e: -n: -s:", "inert"],
  xxd: ["first", "abeEipuP -c: -g: -l: -s: -o: -n:"],
  strings: ["read", "afwo -# -n: -t: -e: --all --bytes= --radix= --encoding= --print-file-name", "inert"],
  base64: ["read", "dDi -w: --decode --ignore-garbage --wrap=", "inert"],
  base32: ["read", "di -w: --decode --ignore-garbage --wrap=", "inert"],
  md5sum: HASH, sha1sum: HASH, sha224sum: HASH, sha256sum: HASH, sha384sum: HASH, sha512sum: HASH, b2sum: HASH, cksum: HASH, sum: ["read", "rs", "inert"],
  shasum: ["read", "bctUps0 -a: --algorithm= --check --text --binary", "inert"],
  zcat: ["read", "f", "inert"],
  xzcat: ["read", "f", "inert"],
  bzcat: ["read", "s", "inert"],
  unzip: ["read", "lvqZ"],
  grep: ["pattern", GREP],
  egrep: ["pattern", GREP],
  fgrep: ["pattern", GREP],
  rg: ["pattern here", "iSsnNHIlcvwxoFUaqpP0u -# -f< -g: -t: -T: -e: -m: -A: -B: -C: -M: -d: -j: -r: -E: --file=< --ignore-file=< --regexp= --glob= --iglob= --type= --type-not= --type-list " +
    "--sort= --sortr= --json --stats --files --hidden --no-hidden --no-ignore --no-ignore-vcs --no-ignore-parent --no-ignore-dot --unrestricted --count --count-matches --heading --no-heading " +
    "--color= --colors= --column --no-column --line-number --no-line-number --files-with-matches --files-without-match --fixed-strings --ignore-case --smart-case --case-sensitive --invert-match " +
    "--word-regexp --line-regexp --only-matching --max-count= --max-depth= --max-columns= --max-columns-preview --max-filesize= --multiline --multiline-dotall --pcre2 --replace= --trim --vimgrep " +
    "--passthru --quiet --no-messages --null --with-filename --no-filename --context= --after-context= --before-context= --context-separator= --threads= --no-config --text --one-file-system --crlf --encoding= --engine= --version"],
  fd: ["pattern here", "HIugisapl0q1F -# -d: -e: -E: -t: -S: -c: -j: --hidden --no-ignore --no-ignore-vcs --unrestricted --glob --ignore-case --case-sensitive --absolute-path --full-path --print0 --quiet " +
    "--max-depth= --min-depth= --exact-depth= --extension= --exclude= --type= --size= --changed-within= --changed-before= --color= --max-results= --threads= --fixed-strings --regex"],
  jq: ["pattern", "nrRscCMSaje --null-input --raw-output --raw-input --slurp --compact-output --color-output --monochrome-output --sort-keys --ascii-output --join-output --exit-status --tab --indent= " +
    "--stream --seq --unbuffered --arg=2 --argjson=2"],
  tar: ["text", "tvzjJ -f< --list --verbose --gzip --gunzip --bzip2 --xz --zstd --file=< --exclude= --wildcards --strip-components="],
  ps: ["text", "AaefFlyHjLTcwN -u: -U: -p: -o: -C: -t: -g: --sort= --no-headers --pid= --ppid= --forest"],
  date: ["text", "uRI -d: -I? -v: --utc --universal --date= --iso-8601? --rfc-3339= --rfc-email"],
  // Writes: only what is named is written, and only there.
  mkdir: ["make", "pv -m: --parents --verbose --mode="],
  rmdir: ["remove", "v --verbose"],
  touch: ["write", "acm -d: -t: -r< --no-create --date= --reference=<"],
  tee: ["write", "ai --append --ignore-interrupts"],
  rm: ["remove", "fv --force --verbose"],
  cp: ["copy", "fnpuv --force --no-clobber --update --verbose"],
  mv: ["move", "fnuv --force --no-clobber --update --verbose"],
};
