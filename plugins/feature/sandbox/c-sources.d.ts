// Sources in C are files beside the code: an import gives the text.
declare module "*.c" {
  const source: string;
  export = source;
}
