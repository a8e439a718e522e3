// The type of a bundled style as it is imported: its text.
declare module "*.style.md" {
  const text: string;

  export = text;
}
