// Through the tree of a line, as the shell goes: what runs in a shell of its own, what may not run at all, and where each command finds itself.
import { redirect, runCommand, surroundings } from "./command.ts";
import { copyState, type Machine, mergeState, type State } from "./ground.ts";
import {
  type CommandNode,
  type CompoundList,
  type ParsedScript,
  type PipelineNode,
  parse,
  type Statement,
  type TestExpression,
  type WordNode,
} from "./parse.ts";
import { MOST_PARTS, odd, type Walk } from "./trail.ts";
import { wordsOf } from "./words.ts";

/** All commands of a script, in `state`. */
export function walkScript(script: ParsedScript, walk: Walk, state: State): void {
  const source = script.source ?? walk.source;
  if (script.errors?.length) walk.problems.push(`it does not parse: ${script.errors[0]?.message}`);
  const own = source === walk.source ? walk : { ...walk, source };
  for (const statement of script.commands) walkStatement(statement, own, state);
}

/** A text that runs as a script. */
export function walkText(source: string, walk: Walk, state: State, shell: Machine["shell"]): void {
  const script = walk.depth >= DEEPEST ? "it runs scripts in scripts" : parse(source);
  if (typeof script === "string") walk.problems.push(script);
  else
    walkScript(
      script,
      { ...walk, source, depth: walk.depth + 1, machine: shell === walk.machine.shell ? walk.machine : { ...walk.machine, shell } },
      state,
    );
}

// --- internal ---

const DEEPEST = 6;
const MOST_WORDS = 16;

function walkStatement({ command, background }: Statement, walk: Walk, state: State): void {
  if (background) {
    walkNode(command, walk, copyState(state));
    return;
  }
  const before = state.folders;
  walkNode(command, walk, state);
  // What should have moved may have failed.
  if (state.folders !== before) mergeState(state, { ...state, folders: before });
}

function walkList({ commands }: CompoundList, walk: Walk, state: State): void {
  for (const statement of commands) walkStatement(statement, walk, state);
}

function assign(state: State, other: State): void {
  state.folders = other.folders;
  state.values.clear();
  for (const [name, value] of other.values) state.values.set(name, value);
}

function walkNode(node: Statement["command"], walk: Walk, state: State): void {
  if (node.type === "AndOr") walkChain(node, walk, state);
  else if (node.type !== "Pipeline") walkCommand(node, walk, state);
  else if (node.commands.length === 1 && node.commands[0] !== undefined) walkCommand(node.commands[0], walk, state);
  else for (const command of node.commands) walkCommand(command, walk, copyState(state));
}

/** `any` is what may be the case after as much of the chain as may have run. */
function walkChain(node: { readonly commands: readonly PipelineNode[]; readonly operators: readonly string[] }, walk: Walk, state: State): void {
  const any = copyState(state);
  for (const [index, command] of node.commands.entries()) {
    const either = node.operators[index - 1] === "||";
    if (either) assign(state, any);
    walkNode(command, walk, state);
    mergeState(any, state);
    if (either) assign(state, any);
  }
  assign(state, any);
}

function walkCommand(node: CommandNode, walk: Walk, state: State): void {
  switch (node.type) {
    case "Command":
      runCommand(node, walk, state);
      return;
    case "Redirected":
      for (const one of node.redirects) redirect(one, walk, state);
      walkCommand(node.command, walk, state);
      return;
    case "Subshell":
      walkList(node.body, walk, copyState(state));
      return;
    case "BraceGroup":
      walkList(node.body, walk, state);
      return;
    case "If":
      walkIf(node, walk, state);
      return;
    case "While":
      loop(node, walk, state, (inner) => {
        walkList(node.clause, walk, inner);
        walkList(node.body, walk, inner);
      });
      return;
    case "For":
    case "Select":
      walkFor(node, walk, state);
      return;
    case "Case":
      walkCase(node, walk, state);
      return;
    case "TestCommand":
      if (walk.machine.shell === "sh") odd(walk, node, "sh does not know this");
      walkTest(node.expression, walk, state);
      return;
    case "ArithmeticCommand":
      if (!/^[\d\s+\-*/%()<>=!&|^~?:,]*$/.test(node.body)) odd(walk, node, "arithmetic with variables");
      return;
    case "ArithmeticFor":
      odd(walk, node, "arithmetic with variables");
      loop(node, walk, state, (inner) => walkList(node.body, walk, inner));
      return;
    default:
      odd(walk, node, node.type === "Function" ? "it gives a name to commands" : "it runs beside the rest of the line");
      if (node.body.type === "CompoundList") walkList(node.body, walk, copyState(state));
      else walkCommand(node.body, walk, copyState(state));
  }
}

/** What is true in one turn of a loop need not be in the next: variables are forgotten, and a folder that changes cannot be followed. */
function loop(node: CommandNode, walk: Walk, state: State, ...turns: readonly ((inner: State) => void)[]): void {
  state.values.clear();
  for (const turn of turns) {
    const inner = copyState(state);
    turn(inner);
    if (inner.folders === state.folders) continue;
    odd(walk, node, "it changes the folder in a loop");
    state.folders = undefined;
  }
}

function walkFor(node: Extract<CommandNode, { type: "For" | "Select" }>, walk: Walk, state: State): void {
  const around = surroundings(walk, state, (why) => odd(walk, node, why));
  const name = node.name.value;
  const words = node.wordlist?.flatMap((word) => wordsOf(word, around));
  if (!/^[a-z_]\w*$/.test(name) || walk.machine.env[name] !== undefined) odd(walk, node, `it sets ${name}`);
  const few = node.type === "For" && words !== undefined && words.length <= MOST_WORDS && walk.parts.length < MOST_PARTS;
  const values = few && words.every((word) => word.kind !== "any") ? words : [undefined];
  const turns = values.map((value) => (inner: State): void => {
    inner.values.set(name, value);
    walkList(node.body, walk, inner);
  });
  loop(node, walk, state, ...turns);
}

function walkIf(node: Extract<CommandNode, { type: "If" }>, walk: Walk, state: State): void {
  walkList(node.clause, walk, state);
  const ways: State[] = [];
  const way = (list: CompoundList): void => {
    const inner = copyState(state);
    walkList(list, walk, inner);
    ways.push(inner);
  };
  way(node.then);
  for (const elif of node.elif) {
    walkList(elif.clause, walk, state);
    way(elif.then);
  }
  if (node.else !== undefined) way(node.else);
  for (const one of ways) mergeState(state, one);
}

function walkCase(node: Extract<CommandNode, { type: "Case" }>, walk: Walk, state: State): void {
  const around = surroundings(walk, state, (why) => odd(walk, node, why));
  wordsOf(node.word, around);
  for (const { pattern, body } of node.items) {
    for (const word of pattern) wordsOf(word, around);
    const inner = copyState(state);
    walkList(body, walk, inner);
    mergeState(state, inner);
  }
}

function walkTest(expression: TestExpression, walk: Walk, state: State): void {
  const look = (word: WordNode): void =>
    void wordsOf(
      word,
      surroundings(walk, state, (why) => odd(walk, expression, why)),
    );
  switch (expression.type) {
    case "TestUnary":
      if (expression.operator === "-v" || expression.operator === "-R") odd(walk, expression, "a test that may run something");
      look(expression.operand);
      return;
    case "TestBinary":
      // These evaluate arithmetic, and a variable in it may hold a command.
      if (/^-(eq|ne|lt|le|gt|ge)$/.test(expression.operator) && !/^\d+ \d+$/.test(`${expression.left.text} ${expression.right.text}`))
        odd(walk, expression, "arithmetic with variables");
      look(expression.left);
      look(expression.right);
      return;
    case "TestLogical":
      for (const operand of expression.operands) walkTest(operand, walk, state);
      return;
    case "TestNot":
      walkTest(expression.operand, walk, state);
      return;
    default:
      walkTest(expression.expression, walk, state);
      return;
  }
}
