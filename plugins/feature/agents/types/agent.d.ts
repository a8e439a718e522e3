// The type of a definition as it is imported: its text.
declare module "*.agent.md" {
  const text: string;

  export = text;
}
