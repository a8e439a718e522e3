import { describe, expect, test } from "bun:test";
import { pick, rank, readQuery } from "./search.ts";

const TOOLS = [
  { name: "NotebookEdit", description: "Replaces, inserts or deletes a cell of a Jupyter notebook." },
  { name: "RemoteTrigger", description: "Sends an HTTP request to a remote address." },
  { name: "TaskStop", description: "Ends a background task." },
  { name: "TaskList", description: "Lists background tasks and how they stand." },
  { name: "mcp__github__create_issue", description: "Opens a new issue in a repository." },
  { name: "mcp__github__list_issues", description: "Lists issues of a repository." },
  { name: "mcp__linear__create_issue", description: "Opens a new ticket." },
];
function search(query: string): readonly string[] {
  const read = readQuery(query);
  return "select" in read ? read.select : rank(TOOLS, read);
}

describe("readQuery", () => {
  test.each<[query: string, read: object]>([
    ["select:A,B", { select: ["A", "B"] }],
    ["SELECT: A , B,", { select: ["A", "B"] }],
    ["select:", { select: [] }],
    ["Jupyter  cell", { required: [], words: ["jupyter", "cell"] }],
    ["+github issue +issue", { required: ["github", "issue"], words: ["github", "issue"] }],
    ["+ ??? größe!", { required: [], words: ["größe"] }],
  ])("%j", (query, read) => expect(readQuery(query)).toEqual(read as never));
});

describe("rank", () => {
  test.each<[query: string, first: readonly string[]]>([
    ["jupyter notebook", ["NotebookEdit"]],
    ["notebookedit", ["NotebookEdit"]],
    ["notebook_edit", ["NotebookEdit"]],
    ["stop a background task", ["TaskStop", "TaskList"]],
    ["http request", ["RemoteTrigger"]],
    ["github issues", ["mcp__github__list_issues", "mcp__github__create_issue"]],
    ["create issue github", ["mcp__github__create_issue"]],
    ["+linear issue", ["mcp__linear__create_issue"]],
    ["mcp__github", ["mcp__github__create_issue", "mcp__github__list_issues"]],
    ["replace cells", ["NotebookEdit"]],
  ])("%j", (query, first) => expect(search(query).slice(0, first.length)).toEqual([...first]));

  test("what is required must be there, and what nothing has is nothing", () => {
    expect(search("+linear issue")).toHaveLength(1);
    expect(search("+submarine issue")).toEqual([]);
    expect(search("submarine")).toEqual([]);
    expect(search("!!!")).toEqual([]);
  });
});

describe("pick", () => {
  const names = TOOLS.map(({ name }) => name);
  test.each<[name: string, picked: string | undefined]>([
    ["TaskStop", "TaskStop"],
    ["task_stop", "TaskStop"],
    ["list_issues", "mcp__github__list_issues"],
    ["create_issue", undefined],
    ["Task", undefined],
  ])("%s", (name, picked) => expect(pick(name, names)).toBe(picked as string));
});
