import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Hosting } from "claw";
import { OutputStyles } from "claw/kit";
import { createHarness, type HarnessOptions, pluginContract, says } from "claw/testing";

pluginContract(import.meta.dir);

const PLUGINS = ["feature/output-style", "command/output-style", "feature/slash"];
const STYLE = "---\nname: Pirate\ndescription: As at sea\n---\nSpeak as at sea.\n";
const PART = "# Output style: Pirate\n\nSpeak as at sea.";
function harness(options: Partial<HarnessOptions> = {}) {
  return createHarness({ plugins: PLUGINS, script: [says("a"), says("b"), says("c"), says("d")], ...options });
}

test("draft > the setting's style is one part of the system prompt, the same for the session; default adds none", async () => {
  await using plain = await harness();
  await plain.submit("x");
  expect(plain.requests[0]?.system).toEqual([]);
  await using styled = await harness({
    config: { outputStyle: "pirate" },
    files: { ".git/HEAD": "", ".claw/output-styles/p.md": STYLE },
    options: { trust: true },
  });
  await styled.submit("x");
  writeFileSync(join(styled.workspace, ".claw/output-styles/p.md"), "changed");
  await styled.submit("y");
  expect(styled.requests.map(({ system }) => system)).toEqual([[PART], [PART]]);
});

test("draft > a project's style and setting do nothing where the folder is not trusted; what is not there is told", async () => {
  const files = { ".git/HEAD": "", ".claw/output-styles/p.md": STYLE, ".claw/settings.json": '{ "outputStyle": "concise" }' };
  await using untrusted = await harness({ files });
  await untrusted.submit("x");
  await using asked = await harness({ files, config: { outputStyle: "Pirate" } });
  await asked.submit("x");
  expect([untrusted.requests[0]?.system, asked.requests[0]?.system]).toEqual([[], []]);
  const notices = asked.events.flatMap((event) => (event.type === "notice.raised" ? [event.data.text] : []));
  expect(notices).toEqual([expect.stringContaining("nobody has trusted this folder")]);
  await using absent = await harness({ config: { outputStyle: "nothing such" } });
  await absent.submit("x");
  expect(absent.requests[0]?.system).toEqual([]);
});

test("choose > holds from the next request, in this session and in new ones; another open session keeps its own", async () => {
  await using kernel = await harness();
  const other = await kernel.host.open();
  await other.submit({ text: "0" });
  await kernel.submit("1");
  await kernel.submit("/output-style concise");
  await kernel.submit("2");
  await other.submit({ text: "3" });
  const later = await kernel.host.open();
  await later.submit({ text: "4" });
  expect(kernel.requests.map(({ system }) => system.map((part) => part.split("\n")[0]))).toEqual([
    ...[[], [], ["# Output style: concise"], [], ["# Output style: concise"]],
  ]);
  expect(kernel.events.filter((event) => event.type === "output-style.changed")).toHaveLength(1);
  const service = await kernel.host.use(OutputStyles);
  expect(await service.current(kernel.host)).toBe("concise");
  await Promise.all([other.close(), later.close()]);
});

test("draft > sub-agents have no style", async () => {
  await using kernel = await harness({ config: { outputStyle: "concise" } });
  await kernel.submit("1");
  const host = await kernel.host.use(Hosting);
  const agent = await host.open({ parent: kernel.shell.session.id, agent: "helper", system: ["own"] });
  await agent.submit({ text: "2" });
  expect(kernel.requests.at(-1)?.system).toEqual(["own"]);
  await agent.close();
});

test("list > nearest first, the hidden and the broken with why; default cannot be taken over", async () => {
  await using kernel = await harness({
    files: {
      ".git/HEAD": "",
      ".claw/output-styles/concise.md": "mine",
      ".claw/output-styles/default.md": "not me",
      ".claude/output-styles/bad.md": "---\ndescription: 'x\n---\n",
      "secret.txt": "s",
    },
    options: { trust: true },
  });
  const folder = join(kernel.workspace, ".agents", "output-styles");
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(kernel.home, "settings.json"), join(folder, "out.md"));
  const listed = await (await kernel.host.use(OutputStyles)).list(kernel.host);
  const told = listed.map(({ name, source, shadowedBy, problem }) => [name, source, shadowedBy === undefined ? "" : "hidden", problem ?? ""]);
  expect(told).toEqual([
    ["default", "bundled", "", ""],
    ["concise", "project", "", ""],
    ["default", "project", "hidden", ""],
    ["concise", "bundled", "hidden", ""],
    ["explanatory", "bundled", "", ""],
    ["out", "project", "", "it is a link that leads out of the project"],
    ["bad", "project", "", expect.stringContaining("line 2")],
  ]);
});
