// The scratch project with its failing test, and the script of the model that mends it. Data only.
import type { Json } from "claw";

/** The files of the project. Its test runs in claw's own binary, the one program that is surely there. */
export function projectFiles(program: string): Readonly<Record<string, string>> {
  return {
    "package.json": `${JSON.stringify({ name: "initials", private: true, type: "module" }, null, 2)}\n`,
    "initials.js": CODE,
    "initials.test.js": TEST,
    "test.sh": `# claw's own binary is a complete test runner.\nBUN_BE_BUN=1 exec '${program.replaceAll("'", "'\\''")}' test\n`,
  };
}

/** What the user of the demonstration asks for. */
export const REQUEST = "The test fails. Find out why and fix it.";

/** What is run before and after, by the scripted model and by the demonstration itself. */
export const TEST_LINE = "sh test.sh";

/** The model's lines. Each but the first is said only when what it answers is really there; anything else ends in the last one. */
export const SCRIPT: { readonly replies: readonly Json[] } = {
  replies: [
    {
      text: "I run the test first, to see what fails.",
      calls: [{ tool: "bash", input: { command: TEST_LINE, description: "Run the test" } }],
      ...pace(),
    },
    {
      when: "1 fail",
      text: "It expects the first letters and gets the second ones. Now the code.",
      calls: [{ tool: "read_file", input: { path: "initials.js" } }],
      ...pace(),
    },
    {
      when: "word[1]",
      text: "Letters are counted from 0, so `word[1]` is the second one.",
      calls: [{ tool: "edit_file", input: { path: "initials.js", old_string: "word[1]", new_string: "word[0]" } }],
      ...pace(),
    },
    {
      when: "word[0]",
      text: "Does the test agree?",
      calls: [{ tool: "bash", input: { command: TEST_LINE, description: "Run the test again" } }],
      ...pace(),
    },
    { when: "1 pass", text: "The test passes. `initials` took the second letter of each word; it takes the first one now.", ...pace() },
    { text: "This is not what my script expects to see, so I stop here.", repeat: true },
  ],
};

// --- internal ---

const CODE = `// The first letter of each word: "Ada Lovelace" → "AL".
export function initials(name) {
  return name
    .split(" ")
    .map((word) => word[1].toUpperCase())
    .join("");
}
`;
/** Put together from pieces, so that nobody takes its imports for those of this file. */
const TEST = `${["import { expect, test } from", '"bun:test";'].join(" ")}
${["import { initials } from", '"./initials.js";'].join(" ")}

test("initials", () => {
  expect(initials("Ada Lovelace")).toBe("AL");
});
`;

/** Streamed in pieces, as a model's words come. */
function pace(): { readonly deltas: number; readonly usage: Json } {
  return { deltas: 12, usage: { input: 900, output: 60 } };
}
