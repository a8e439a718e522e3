import { describe, expect, test } from "bun:test";
import { utimesSync, writeFileSync } from "node:fs";
import { commandContract, createHarness, pluginContract } from "claw/testing";
import { data, rig, run, told } from "./testing/rig.ts";

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: ["command/session", "store/jsonl"] });
commandContract(await contract.host.get("command", "session"), {
  valid: [[], ["list"], ["rename", "x", "a", "b"], ["search", "word"], ["delete", "x", "--force"]],
  invalid: [["frobnicate"], ["--all"]],
});

describe("session", () => {
  test("list > by slash and by shell, marking the one in front, with stable names for programs", async () => {
    await using harness = await rig();
    expect(told(await run(harness, "list"))).toContain("no sessions in this folder yet");
    const id = await harness.keep("Fix the \u001b[31mparser");
    // File times are no finer than the kernel's tick: both would be as old.
    const earlier = Date.now() / 1000 - 90;
    utimesSync(String(data(await run(harness, "show", id))["path"]), earlier, earlier);
    await harness.submit("hello there");
    const outcome = await run(harness, "list");
    expect(told(outcome)).toMatch(/● {2}\w{8} .*hello there\n {3}\w{8} .*Fix the/);
    expect(told(outcome)).not.toContain("\u001b");
    expect(data(outcome)).toMatchObject({ kind: "sessions", active: harness.shell.session.id, sessions: [harness.shell.session.id, id] });
    await harness.submit("/session list --all");
    const notice = harness.events.findLast((event) => event.type === "notice.raised");
    expect(notice?.type === "notice.raised" ? notice.data.text : "").toContain(harness.workspace);
  });

  test("show, rename, exists > tell of a session, in front or named", async () => {
    await using harness = await rig();
    const id = await harness.keep("first");
    expect(data(await run(harness, "rename", id.slice(0, 8), "A", "better", "name"))).toMatchObject({ title: "A better name", status: "ok" });
    expect(told(await run(harness, "show", id))).toMatch(/Title +A better name\n[\s\S]*Messages +2/);
    await expect(run(harness, "rename", id)).rejects.toMatchObject({ code: "CLAW_USAGE" });
    await harness.submit("mine");
    await harness.submit("/session rename Of my own");
    expect(data(await run(harness, "show"))).toMatchObject({ id: harness.shell.session.id, title: "Of my own", active: true, message_count: 2 });
    expect(data(await run(harness, "exists", "ffffffff"))).toMatchObject({ exists: false });
    expect(data(await run(harness, "exists", id))).toMatchObject({ exists: true, id });
    await expect(run(harness, "list", "--frob")).rejects.toMatchObject({ code: "CLAW_USAGE" });
  });

  test("switch, fork > lead a person there; from a shell a fork is a copy, and switching is refused", async () => {
    await using harness = await rig();
    const id = await harness.keep("first");
    await expect(run(harness, "switch", id)).rejects.toMatchObject({ code: "CLAW_USAGE", info: { hint: `Write claw --resume ${id}.` } });
    const copy = data(await run(harness, "fork", id))["id"] as string;
    expect(data(await run(harness, "show", copy))).toMatchObject({ parent_session_id: id, message_count: 2, title: "first" });
    await harness.submit(`/session switch ${id}`);
    await harness.submit(`/session fork ${id.slice(0, 8)}`);
    expect(harness.went).toEqual([{ ref: expect.stringContaining(id) }, { ref: expect.stringContaining(id), fork: true }]);
  });

  test("delete > asks whoever sits there, refuses the session in front, and needs a name", async () => {
    await using harness = await rig(["no", "delete it"]);
    const id = await harness.keep("first");
    await harness.submit("mine");
    expect(data(await run(harness, "delete", id))).toMatchObject({ status: "cancelled" });
    await expect(run(harness, "delete", harness.shell.session.id)).rejects.toMatchObject({ code: "CLAW_USAGE" });
    await expect(run(harness, "delete")).rejects.toMatchObject({ code: "CLAW_USAGE" });
    expect(data(await run(harness, "delete", id))).toMatchObject({ status: "ok", id });
    await expect(run(harness, "show", id)).rejects.toMatchObject({ code: "CLAW_SESSION_MISSING" });
    const other = await harness.keep("other");
    expect(data(await run(harness, "delete", other, "--force"))).toMatchObject({ status: "ok" });
  });

  test("search > finds what was said, with what stands around it", async () => {
    await using harness = await rig();
    const id = await harness.keep("the parser of dates");
    expect(data(await run(harness, "search", "DATES", "parser"))).toMatchObject({ count: 1, hits: [{ id, text: "the parser of dates" }] });
    expect(told(await run(harness, "search", "zebra"))).toContain("No session in this folder has all of: zebra");
  });

  test("repair > says what it took out", async () => {
    await using harness = await rig();
    const id = await harness.keep("first");
    const path = data(await run(harness, "show", id))["path"] as string;
    const text = await Bun.file(path).text();
    writeFileSync(path, `${text}garbage\n`);
    expect(data(await run(harness, "show", id))).toMatchObject({ status: "damaged", damaged_lines: [text.split("\n").length] });
    expect(told(await run(harness, "repair", id))).toMatch(/1 damaged record was taken out, \d+ are left/);
    expect(told(await run(harness, "repair", id))).toMatch(/is whole: \d+ records/);
  });
});
