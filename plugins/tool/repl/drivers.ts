// The programs that run inside the interpreters: each takes a piece of code from descriptor 3, runs it, says its mark on stdout, and takes the next.

/** A last expression is shown as the console would; tracebacks begin at the user's own code. */
export const PYTHON = String.raw`import ast, inspect, linecache, os, sys, traceback, types


def serve():
    feed = os.fdopen(3, "rb")
    os.set_inheritable(3, False)
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    main.__dict__["__builtins__"] = __builtins__
    loops = []

    def finish(value, code):
        if not (code.co_flags & inspect.CO_COROUTINE):
            return value
        import asyncio

        if not loops:
            loops.append(asyncio.new_event_loop())
            asyncio.set_event_loop(loops[0])
        return loops[0].run_until_complete(value)

    def cell(source, name):
        tree = ast.parse(source, name)
        last = None
        if tree.body and isinstance(tree.body[-1], ast.Expr):
            last = ast.Expression(tree.body.pop().value)
        for part, mode in ((tree, "exec"), (last, "eval")):
            if part is None:
                continue
            code = compile(part, name, mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)
            value = finish(eval(code, main.__dict__), code)
            if mode == "eval":
                sys.displayhook(value)

    def own(entry):
        return entry.tb_frame.f_code.co_filename == "<string>"

    def told(error):
        place = error.__traceback__
        while place is not None and own(place):
            place = place.tb_next
        if isinstance(error, SyntaxError) and place is not None and place.tb_frame.f_code.co_filename == ast.__file__:
            place = None
        traceback.print_exception(type(error), error, place)

    count = 0
    while True:
        head = feed.readline()
        if not head:
            return
        mark, size = head.split()
        source = feed.read(int(size)).decode()
        count += 1
        name = "<cell %d>" % count
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        status = b"ok"
        try:
            cell(source, name)
        except SystemExit:
            raise
        except BaseException as error:
            status = b"error"
            told(error)
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:
                pass
        os.write(1, b"\x1e" + mark + b" " + status + b"\n")


serve()
`;

/** For node and bun. Takes scripts that give `{ value }`, `shown: false` for one that is not to be seen. */
export const JAVASCRIPT = String.raw`(async () => {
  const vm = require("node:vm");
  const util = require("node:util");
  const { stdout, stderr } = process;
  globalThis.require = require("node:module").createRequire(process.cwd() + "/");
  const options = { importModuleDynamically: vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER };
  const { emitWarning } = process;
  process.emitWarning = () => {};
  // It warns of the loader at its first use.
  await Promise.resolve(vm.runInThisContext("import('node:vm')", options)).catch(() => {});
  process.emitWarning = emitWarning;
  const show = (error) => {
    const text = typeof error?.stack === "string" && error.stack !== "" ? error.stack : util.inspect(error);
    const lines = text.split("\n");
    const end = lines.findIndex((line) => /^\s+at .*(runInThisContext|\[eval\])/.test(line));
    return (end === -1 ? lines : lines.slice(0, end)).join("\n");
  };
  process.on("uncaughtException", (error) => stderr.write("Uncaught " + show(error) + "\n"));
  process.on("unhandledRejection", (error) => stderr.write("Uncaught (in promise) " + show(error) + "\n"));
  const written = (stream, text) => new Promise((done) => stream.write(text, done));
  let count = 0;
  async function cell(source) {
    count += 1;
    try {
      const made = await vm.runInThisContext(source, { ...options, filename: "cell-" + count });
      const { value, shown } = made ?? {};
      if (value !== undefined && shown !== false) await written(stdout, util.inspect(value) + "\n");
      return "ok";
    } catch (error) {
      await written(stderr, show(error) + "\n");
      return "error";
    }
  }
  const source = process.versions.bun ? Bun.file(3).stream() : new (require("node:net").Socket)({ fd: 3, readable: true, writable: false });
  let held = Buffer.alloc(0);
  for await (const piece of source) {
    held = Buffer.concat([held, piece]);
    for (;;) {
      const end = held.indexOf(10);
      const [mark, size] = held.toString("latin1", 0, Math.max(0, end)).split(" ");
      if (end === -1 || held.length < end + 1 + Number(size)) break;
      const code = held.toString("utf8", end + 1, end + 1 + Number(size));
      held = held.subarray(end + 1 + Number(size));
      const status = await cell(code);
      await written(stderr, "");
      await written(stdout, "\x1e" + mark + " " + status + "\n");
    }
  }
  process.exit();
})();
`;

/** Descriptor 4 is stdout, whatever the code does to its own. */
export const BASH = String.raw`exec 4>&1
while IFS= read -r -d '' __claw_mark <&3 && IFS= read -r -d '' __claw_code <&3; do
  eval "$__claw_code" 3<&- 4>&-
  printf '\036%s %s\n' "$__claw_mark" "$?" >&4
done
`;
