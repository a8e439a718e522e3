// The prompts in the binary: Markdown commands like anybody's, that a file or skill of the same name hides.
import bughunter from "./prompts/bughunter.command.md" with { type: "text" };
import commit from "./prompts/commit.command.md" with { type: "text" };
import issue from "./prompts/issue.command.md" with { type: "text" };
import pr from "./prompts/pr.command.md" with { type: "text" };
import review from "./prompts/review.command.md" with { type: "text" };
import securityReview from "./prompts/security-review.command.md" with { type: "text" };
import ultraplan from "./prompts/ultraplan.command.md" with { type: "text" };

export const BUNDLED: readonly Readonly<{ name: string; text: string }>[] = [
  { name: "bughunter", text: bughunter },
  { name: "commit", text: commit },
  { name: "issue", text: issue },
  { name: "pr", text: pr },
  { name: "review", text: review },
  { name: "security-review", text: securityReview },
  { name: "ultraplan", text: ultraplan },
];
