// The type of a bundled prompt as it is imported: its text.
declare module "*.command.md" {
  const text: string;

  export = text;
}
