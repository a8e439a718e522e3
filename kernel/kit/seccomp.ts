// Filters of system calls, as the classic BPF programs that seccomp takes. Pure: numbers in, bytes out.

/** One instruction: code, jump when true, jump when false, operand. */
export type FilterStep = readonly [code: number, yes: number, no: number, operand: number];

/** The program, eight bytes an instruction, for little-endian machines. */
export function assembleFilter(steps: readonly FilterStep[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(steps.length * 8));
  for (const [at, [code, yes, no, operand]] of steps.entries()) {
    bytes.setUint16(at * 8, code, true);
    bytes.setUint8(at * 8 + 2, yes);
    bytes.setUint8(at * 8 + 3, no);
    bytes.setUint32(at * 8 + 4, operand >>> 0, true);
  }
  return new Uint8Array(bytes.buffer);
}
