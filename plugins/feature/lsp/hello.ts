// What a server is told of claw at the start, and what it is answered when it asks. Runs nothing.
import { basename } from "node:path";
import type { Json } from "claw";
import { type Fields, fields } from "claw/kit";
import type { Definition } from "./servers.ts";

/** Without a `processId`: claw's own is not seen in a sandbox, and a server that looks for it would end. */
export function hello({ options }: Definition, root: string): Fields {
  return {
    processId: null,
    clientInfo: { name: "claw" },
    rootPath: root,
    rootUri: Bun.pathToFileURL(root).href,
    workspaceFolders: folders(root),
    ...(options === undefined ? {} : { initializationOptions: options }),
    capabilities: {
      general: { positionEncodings: ["utf-16"] },
      window: { workDoneProgress: true },
      workspace: { workspaceFolders: true, configuration: true, symbol: {}, didChangeWatchedFiles: {}, diagnostics: { refreshSupport: true } },
      textDocument: {
        synchronization: { didSave: true },
        publishDiagnostics: { versionSupport: true },
        diagnostic: {},
        definition: { linkSupport: true },
        references: {},
        hover: { contentFormat: ["markdown", "plaintext"] },
        documentSymbol: { hierarchicalDocumentSymbolSupport: true },
      },
    },
  };
}

/** `undefined` for a method that is not known. */
export function answerTo(method: string, params: Fields, { settings }: Definition, root: string): Json | undefined {
  if (method === "workspace/configuration") {
    const items = Array.isArray(params["items"]) ? params["items"] : [];
    return items.map((item: unknown) => section(settings, fields(item) ? String(item["section"] ?? "") : ""));
  }
  if (method === "workspace/workspaceFolders") return folders(root);
  if (method === "workspace/applyEdit") return { applied: false, failureReason: "claw edits files itself" };
  return TAKEN.test(method) ? null : undefined;
}

// --- internal ---

/** Requests that are answered with nothing. */
const TAKEN =
  /^(client\/(un)?registerCapability|window\/(workDoneProgress\/create|showMessageRequest|showDocument)|workspace\/([a-zA-Z]+\/)?(diagnostic\/)?refresh)$/;

/** `a.b` of the settings. */
function section(settings: unknown, path: string): Json {
  const found = path === "" ? settings : path.split(".").reduce<unknown>((at, key) => (fields(at) ? at[key] : undefined), settings);
  return (found ?? null) as Json;
}

function folders(root: string): Json {
  return [{ uri: Bun.pathToFileURL(root).href, name: basename(root) }];
}
