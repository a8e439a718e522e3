// Which permission mode is the stricter one.
import { STRICTEST_FIRST } from "claw/kit";

/** Whether a mode lets less happen than another. One that the common table does not rank is never taken for stricter. */
export function stricter(mode: string, than: string): boolean {
  const order: readonly string[] = STRICTEST_FIRST;
  return order.includes(mode) && (!order.includes(than) || order.indexOf(mode) < order.indexOf(than));
}
