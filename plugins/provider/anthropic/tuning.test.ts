import { describe, expect, test } from "bun:test";
import type { Json } from "claw";
import { tune } from "./tuning.ts";

const tuned = (id: string, options: { readonly [key: string]: Json } = {}, official = true, maxOutput = 32_000) =>
  tune({ model: { id, context: 1, maxOutput }, options, maxOutput }, official);
const SUMMARIZED = { type: "adaptive", display: "summarized" };
const BOUND = { ...SUMMARIZED, block_binding: { prefix_mismatch_behavior: "drop_block" } };

describe("tune", () => {
  test("asks for thinking that people can read where a model thinks anyway", () => {
    expect(tuned("claude-opus-5")).toEqual({ fields: { thinking: SUMMARIZED }, betas: [] });
    expect(tuned("claude-opus-4-8")).toEqual({ fields: {}, betas: [] });
    expect(tuned("claude-haiku-4-5-20251001")).toEqual({ fields: {}, betas: [] });
    expect(tuned("qwen3:8b", {}, false)).toEqual({ fields: {}, betas: [] });
  });

  test("lets voided thinking be dropped, on Anthropic's own API", () => {
    expect(tuned("claude-opus-5-5")).toEqual({ fields: { thinking: BOUND }, betas: ["thinking-binding-controls-2026-08-01"] });
    expect(tuned("claude-opus-5-5", {}, false)).toEqual({ fields: { thinking: SUMMARIZED }, betas: [] });
  });

  test("effort is the API's where the model knows it, tokens where not", () => {
    expect(tuned("claude-opus-5", { effort: "low" }).fields).toEqual({ output_config: { effort: "low" }, thinking: SUMMARIZED });
    expect(tuned("claude-opus-4-6", { effort: "high" }).fields).toEqual({ output_config: { effort: "high" }, thinking: SUMMARIZED });
    expect(tuned("claude-opus-4-6", { effort: "low" }).fields).toEqual({ output_config: { effort: "low" } });
    expect(tuned("claude-haiku-4-5", { effort: "low" }).fields).toEqual({});
    expect(tuned("claude-haiku-4-5", { effort: "medium" }).fields).toEqual({ thinking: { type: "enabled", budget_tokens: 8_000 } });
    expect(tuned("claude-haiku-4-5", { effort: "high" }, true, 4_000).fields).toEqual({
      thinking: { type: "enabled", budget_tokens: 3_999 },
    });
    expect(tuned("claude-haiku-4-5", { effort: "high" }, true, 1_000).fields).toEqual({});
    expect(tuned("claude-new-9", { effort: "high", output_config: { format: 1 } }).fields).toEqual({
      output_config: { format: 1, effort: "high" },
    });
  });

  test("thinking can be set by number, word or object", () => {
    expect(tuned("claude-haiku-4-5", { thinking: 2_048.7 }).fields).toEqual({ thinking: { type: "enabled", budget_tokens: 2_048 } });
    expect(tuned("claude-opus-5", { thinking: 2_048 }).fields).toEqual({ thinking: SUMMARIZED });
    expect(tuned("claude-opus-4-7", { thinking: true }).fields).toEqual({ thinking: SUMMARIZED });
    expect(tuned("claude-opus-5", { thinking: false }).fields).toEqual({ thinking: { type: "disabled" } });
    expect(tuned("claude-sonnet-5-5", { thinking: false }).fields).toEqual({ thinking: { type: "between_tools" } });
    expect(tuned("claude-opus-5-5", { thinking: false }).fields).toEqual({ thinking: BOUND });
    expect(tuned("claude-haiku-4-5", { thinking: false }).fields).toEqual({});
    expect(tuned("claude-opus-5", { thinking: { type: "adaptive", display: "omitted" } }).fields).toEqual({
      thinking: { type: "adaptive", display: "omitted" },
    });
  });

  test("other options pass, sampling with the API version that has it; nothing overrides the request", () => {
    expect(
      tuned("claude-opus-4-8", {
        temperature: 0.5,
        metadata: { user_id: "u" },
        model: "evil",
        messages: [],
        system: "x",
        tools: [],
        max_tokens: 1,
        stream: false,
      }),
    ).toEqual({
      fields: { temperature: 0.5, metadata: { user_id: "u" } },
      betas: [],
      version: "2023-06-01",
    });
    expect(tuned("claude-opus-4-8", { betas: ["a", 7, "b"] }).betas).toEqual(["a", "b"]);
  });
});
