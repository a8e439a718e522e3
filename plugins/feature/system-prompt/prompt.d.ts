// The type of `prompt.md` as it is imported: its text.
declare module "*/prompt.md" {
  const text: string;

  export = text;
}
