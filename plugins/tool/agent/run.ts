// Hands the task to the agents service, and gives back what came of it.
import type { CallScope, ToolResult } from "claw";
import { type AgentOrder, Agents } from "claw/kit";

export interface AgentInput {
  readonly description: string;
  readonly prompt: string;
  readonly subagent_type?: string | undefined;
  readonly name?: string | undefined;
  readonly model?: string | undefined;
  readonly run_in_background?: boolean | undefined;
}

export async function run(input: AgentInput, scope: CallScope): Promise<ToolResult> {
  const agents = await scope.use(Agents);
  const { description, prompt, subagent_type: type, name, model } = input;
  const order: AgentOrder = { description, prompt, ...(type && { type }), ...(name && { name }), ...(model && { model }) };
  if (input.run_in_background) {
    const task = await agents.start(order, scope);
    const text = `Running in the background as task ${task.id}. You are told when it ends.`;
    return { content: [{ type: "text", text }], details: { task: task.id, name: task.name, ...task.details } };
  }
  const { text, failed, ...details } = await agents.run(order, scope);
  return { content: [{ type: "text", text }], failed, details };
}
