// What servers answer, in the terms of the service: positions from 1, paths in the place of addresses. Pure, and trusts no field.
import { type Fields, fields, type LspDiagnostic, type LspPosition, type LspSymbol, plain } from "claw/kit";

/** Of `Location`, `Location[]` or `LocationLink[]`; each place once. */
export function positionsOf(answer: unknown): readonly LspPosition[] {
  const all = (Array.isArray(answer) ? answer : [answer]).filter(fields).map((one) => {
    const uri = one["targetUri"] ?? one["uri"];
    return positionOf(uri, one["targetSelectionRange"] ?? one["targetRange"] ?? one["range"]);
  });
  const seen = new Set<string>();
  return all.filter(({ path, line, character }) => {
    const key = `${path}:${line}:${character}`;
    return path !== "" && !seen.has(key) && seen.add(key);
  });
}

export function hoverOf(answer: unknown): string {
  if (!fields(answer)) return "";
  const parts = Array.isArray(answer["contents"]) ? answer["contents"] : [answer["contents"]];
  const texts = parts.map((part: unknown) => {
    if (typeof part === "string") return part;
    if (!fields(part)) return "";
    const value = String(part["value"] ?? "");
    return typeof part["language"] === "string" && value !== "" ? `\`\`\`${part["language"]}\n${value}\n\`\`\`` : value;
  });
  return plain(texts.filter((text) => text.trim() !== "").join("\n\n")).trim();
}

/** Of `DocumentSymbol[]`, which nest, or `SymbolInformation[]`. `path` is the file that was asked about, if one was. */
export function symbolsOf(answer: unknown, path = ""): readonly LspSymbol[] {
  const found: LspSymbol[] = [];
  const add = (list: unknown, depth: number): void => {
    for (const one of Array.isArray(list) ? list.filter(fields) : []) {
      if (found.length >= MOST || depth > DEEPEST) return;
      const place = fields(one["location"])
        ? positionOf(one["location"]["uri"], one["location"]["range"])
        : { ...positionOf(undefined, one["selectionRange"] ?? one["range"]), path };
      const container = typeof one["containerName"] === "string" && one["containerName"] !== "" ? { container: plain(one["containerName"]) } : {};
      const kind = KINDS[Number(one["kind"]) - 1] ?? "symbol";
      found.push({ name: plain(String(one["name"] ?? "")), kind, ...place, ...container, depth });
      add(one["children"], depth + 1);
    }
  };
  add(answer, 0);
  return found;
}

/** Worst first, then by place. */
export function diagnosticsOf(list: unknown, path: string): readonly LspDiagnostic[] {
  const all = (Array.isArray(list) ? list.filter(fields).slice(0, MOST) : []).map((one): LspDiagnostic => {
    const { code } = one;
    const who = [one["source"], typeof code === "string" || typeof code === "number" ? code : undefined].filter(
      (part) => part !== undefined && part !== "",
    );
    const severity = SEVERITIES[Number(one["severity"] ?? 1) - 1] ?? "error";
    const source = who.length === 0 ? {} : { source: plain(who.join(" ")) };
    return { ...positionOf(undefined, one["range"]), path, severity, message: plain(String(one["message"] ?? "")).trim(), ...source };
  });
  return sorted(all);
}

export function sorted(all: readonly LspDiagnostic[]): readonly LspDiagnostic[] {
  const rank = ({ severity }: LspDiagnostic): number => SEVERITIES.indexOf(severity);
  return all.toSorted((a, b) => rank(a) - rank(b) || a.path.localeCompare(b.path, "en") || a.line - b.line || a.character - b.character);
}

/** The path of a file's address; other addresses as they are. */
export function pathOf(uri: unknown): string {
  if (typeof uri !== "string") return "";
  try {
    return uri.startsWith("file:") ? Bun.fileURLToPath(uri) : plain(uri).slice(0, 1_000);
  } catch {
    return "";
  }
}

// --- internal ---

const MOST = 5_000;
const DEEPEST = 20;
const SEVERITIES = ["error", "warning", "info", "hint"] as const;
const KINDS = (
  "file module namespace package class method property field constructor enum interface function variable constant string number boolean array " +
  "object key null member struct event operator type-parameter"
).split(" ");

function positionOf(uri: unknown, range: unknown): LspPosition {
  const start: Fields = fields(range) && fields(range["start"]) ? range["start"] : {};
  const count = (value: unknown): number => (typeof value === "number" && Number.isInteger(value) && value >= 0 ? value + 1 : 1);
  return { path: pathOf(uri), line: count(start["line"]), character: count(start["character"]) };
}
