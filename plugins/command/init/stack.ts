// What a project is made of, from the files at its top: languages, the commands that build and test it, its folders. Runs nothing.
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { headOf, namesIn } from "claw/kit";

/** A command of the project, and what it is for. */
export interface Command {
  readonly what: "install" | "build" | "test" | "lint" | "types" | "format" | "run";
  readonly command: string;
}
export interface Stack {
  readonly name: string;
  readonly about: string;
  readonly languages: readonly string[];
  readonly commands: readonly Command[];
  readonly folders: readonly string[];
  /** Instructions for other tools, which can be imported. */
  readonly others: readonly string[];
  readonly workflows: readonly string[];
  /** Files with secrets in them. */
  readonly secrets: readonly string[];
}

export function findStack(root: string): Stack {
  const at: Place = { has: (name) => existsSync(join(root, name)), text: (name) => read(join(root, name)), names: namesIn(root).toSorted() };
  const found = FINDERS.flatMap((find) => find(at) ?? []);
  const commands = new Map<string, Command>();
  for (const one of [...found.flatMap(({ commands: own }) => own), ...makeTargets(at)]) if (!commands.has(one.what)) commands.set(one.what, one);
  return {
    name: found.map(({ name = "" }) => name).find((name) => name !== "") ?? root.slice(root.lastIndexOf("/") + 1),
    about: aboutOf(at),
    languages: [...new Set(found.map(({ language }) => language))],
    commands: [...commands.values()],
    folders: at.names.filter((name) => !name.startsWith(".") && !SKIPPED.has(name) && isFolder(join(root, name))).slice(0, MOST_FOLDERS),
    others: OTHERS.filter((name) => at.has(name)),
    workflows: namesIn(join(root, ".github", "workflows"))
      .toSorted()
      .filter((name) => /\.ya?ml$/.test(name))
      .slice(0, MOST_FOLDERS),
    secrets: at.names.filter((name) => /^\.env(?:\..+)?$/.test(name) && !/\.(?:example|sample|template|dist)$/.test(name)),
  };
}

// --- internal ---

interface Place {
  has(name: string): boolean;
  text(name: string): string;
  readonly names: readonly string[];
}
interface Found {
  readonly language: string;
  readonly name?: string;
  readonly commands: readonly Command[];
}
type Finder = (at: Place) => Found | undefined;

const MOST_FOLDERS = 12;
const MOST_BYTES = 200_000;
const SKIPPED: ReadonlySet<string> = new Set(["node_modules", "target", "dist", "build", "out", "coverage", "vendor", "venv", "__pycache__"]);
const OTHERS = [".github/copilot-instructions.md", ".cursorrules", ".windsurfrules", "GEMINI.md", "CONTRIBUTING.md"];
const FINDERS: readonly Finder[] = [
  node,
  (at) =>
    at.has("Cargo.toml")
      ? {
          language: "Rust",
          name: field(at.text("Cargo.toml"), "name"),
          commands: list("build=cargo build|test=cargo test|lint=cargo clippy --all-targets|format=cargo fmt"),
        }
      : undefined,
  (at) =>
    at.has("go.mod")
      ? {
          language: "Go",
          name: /^module\s+(\S+)/m.exec(at.text("go.mod"))?.[1] ?? "",
          commands: list("build=go build ./...|test=go test ./...|lint=go vet ./...|format=gofmt -w ."),
        }
      : undefined,
  python,
  (at) =>
    at.has("deno.json") || at.has("deno.jsonc")
      ? { language: "TypeScript on Deno", commands: list("test=deno test|lint=deno lint|format=deno fmt") }
      : undefined,
  (at) =>
    at.has("pom.xml")
      ? { language: "Java (Maven)", commands: list(at.has("mvnw") ? "build=./mvnw package|test=./mvnw test" : "build=mvn package|test=mvn test") }
      : undefined,
  (at) => {
    const gradle = at.has("gradlew") ? "./gradlew" : "gradle";
    return at.has("build.gradle") || at.has("build.gradle.kts")
      ? { language: "Java or Kotlin (Gradle)", commands: list(`build=${gradle} build|test=${gradle} test`) }
      : undefined;
  },
  (at) =>
    at.has("Gemfile")
      ? {
          language: "Ruby",
          commands: list(
            `install=bundle install|test=bundle exec ${at.has("spec") ? "rspec" : "rake test"}${at.has(".rubocop.yml") ? "|lint=bundle exec rubocop" : ""}`,
          ),
        }
      : undefined,
  (at) => (at.has("composer.json") ? { language: "PHP", commands: list("install=composer install|test=vendor/bin/phpunit") } : undefined),
  (at) => (at.has("mix.exs") ? { language: "Elixir", commands: list("install=mix deps.get|test=mix test|format=mix format") } : undefined),
  (at) =>
    at.names.some((name) => /\.(?:sln|slnx|csproj|fsproj)$/.test(name))
      ? { language: ".NET", commands: list("build=dotnet build|test=dotnet test|format=dotnet format") }
      : undefined,
  (at) => (at.has("Package.swift") ? { language: "Swift", commands: list("build=swift build|test=swift test") } : undefined),
  (at) => (at.has("build.zig") ? { language: "Zig", commands: list("build=zig build|test=zig build test") } : undefined),
  (at) =>
    at.has("CMakeLists.txt")
      ? { language: "C or C++ (CMake)", commands: list("build=cmake -B build && cmake --build build|test=ctest --test-dir build") }
      : undefined,
];

/** `what=command` between bars. */
function list(text: string): readonly Command[] {
  return text.split("|").map((pair) => ({ what: pair.slice(0, pair.indexOf("=")) as Command["what"], command: pair.slice(pair.indexOf("=") + 1) }));
}

const SCRIPTS: readonly (readonly [Command["what"], readonly string[]])[] = [
  ["build", ["build", "compile"]],
  ["test", ["test", "test:unit"]],
  ["lint", ["lint", "check"]],
  ["types", ["typecheck", "type-check", "types", "check-types", "tsc"]],
  ["format", ["format", "fmt"]],
  ["run", ["dev", "start", "serve"]],
];

function node(at: Place): Found | undefined {
  if (!at.has("package.json")) return undefined;
  const { name, scripts, packageManager, devDependencies, dependencies } = json(at.text("package.json"));
  const manager = /^(bun|pnpm|yarn|npm)@/.exec(String(packageManager))?.[1] ?? LOCKS.find(([file]) => at.has(file))?.[1] ?? "npm";
  const own = Object(scripts) as Readonly<Record<string, unknown>>;
  const typed = at.has("tsconfig.json") || "typescript" in Object(devDependencies) || "typescript" in Object(dependencies);
  const commands = SCRIPTS.flatMap(([what, names]): Command[] => {
    const script = names.find((one) => typeof own[one] === "string");
    // What `npm init` writes is no test.
    if (script === undefined || /no test specified/.test(String(own[script]))) return [];
    return [{ what, command: script === "test" && manager !== "bun" ? `${manager} test` : `${manager} run ${script}` }];
  });
  const more: readonly Command[] = [
    { what: "install", command: `${manager} install` },
    ...(manager === "bun" ? [{ what: "test", command: "bun test" } as const] : []),
    ...(typed ? [{ what: "types", command: manager === "bun" ? "bunx tsc --noEmit" : "npx tsc --noEmit" } as const] : []),
  ];
  return {
    language: `${typed ? "TypeScript" : "JavaScript"} (${manager})`,
    name: typeof name === "string" ? name : "",
    commands: [...commands, ...more],
  };
}

const LOCKS: readonly (readonly [string, string])[] = [
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
];

function python(at: Place): Found | undefined {
  const project = at.text("pyproject.toml");
  if (project === "" && !["requirements.txt", "setup.py", "setup.cfg"].some(at.has)) return undefined;
  const tool = at.has("uv.lock") ? "uv" : at.has("poetry.lock") ? "poetry" : "pip";
  const run = tool === "pip" ? "" : `${tool} run `;
  const all = `${project}\n${at.text("requirements.txt")}\n${at.text("requirements-dev.txt")}\n${at.text("setup.cfg")}`;
  const pip = at.has("requirements.txt") ? "pip install -r requirements.txt" : "pip install -e .";
  const uses = (word: string): boolean => new RegExp(`\\b${word}\\b`).test(all);
  const pairs = [
    `install=${tool === "uv" ? "uv sync" : tool === "poetry" ? "poetry install" : pip}`,
    `test=${run}${uses("pytest") || at.has("conftest.py") || at.has("pytest.ini") ? "pytest" : "python -m unittest"}`,
    ...(uses("ruff") ? [`lint=${run}ruff check`, `format=${run}ruff format`] : uses("flake8") ? [`lint=${run}flake8`] : []),
    ...(uses("mypy") ? [`types=${run}mypy .`] : uses("pyright") ? [`types=${run}pyright`] : []),
  ];
  return { language: `Python (${tool})`, name: field(project, "name"), commands: list(pairs.join("|")) };
}

/** Targets of a Makefile or a justfile that are named after what they do. */
function makeTargets(at: Place): readonly Command[] {
  for (const [file, program] of [
    ["Makefile", "make"],
    ["justfile", "just"],
  ] as const) {
    const targets = new Set([...at.text(file).matchAll(/^([A-Za-z][\w-]*)(?: [^:=\n]*)?:(?!=)/gm)].map(([, name = ""]) => name));
    const found = SCRIPTS.flatMap(([what, names]): Command[] => {
      const target = names.find((one) => targets.has(one));
      return target === undefined ? [] : [{ what, command: `${program} ${target}` }];
    });
    if (found.length > 0) return found;
  }
  return [];
}

/** The first paragraph of the README that is prose. */
function aboutOf(at: Place): string {
  const readme = at.names.find((name) => /^readme(?:\.(?:md|txt|rst))?$/i.test(name));
  if (readme === undefined) return "";
  const prose = at
    .text(readme)
    .split(/\n\s*\n/)
    .map((part) => part.replace(/\s+/g, " ").trim())
    .find((part) => part.length > 30 && /^[\p{L}*_`"“(]/u.test(part) && !part.startsWith("==="));
  return headOf(prose ?? "", 300);
}

function field(toml: string, key: string): string {
  return new RegExp(`^${key}\\s*=\\s*"([^"\\n]{1,100})"`, "m").exec(toml)?.[1] ?? "";
}

function json(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

function read(path: string): string {
  try {
    const stat = statSync(path);
    return stat.isFile() && stat.size <= MOST_BYTES ? readFileSync(path, "utf8").toWellFormed() : "";
  } catch {
    return "";
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
