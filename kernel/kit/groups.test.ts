import { expect, test } from "bun:test";
import { signalGroup } from "./groups.ts";

const sleeper = () => Bun.spawn(["/bin/sh", "-c", "sleep 60 & wait"], { stdio: ["ignore", "ignore", "ignore"], detached: true });

test("signalGroup > reaches the whole group, and says when there is none left", async () => {
  const child = sleeper();
  expect(signalGroup(child.pid, "SIGKILL")).toBe(true);
  await child.exited;
  expect(child.signalCode).toBe("SIGKILL");
  while (signalGroup(child.pid, "SIGKILL")) await Bun.sleep(5);
  expect(signalGroup(child.pid, "SIGKILL")).toBe(false);
});

test("guardGroup > ends the group when whoever set it is killed", async () => {
  const child = sleeper();
  const program = `import { guardGroup } from ${JSON.stringify(`${import.meta.dir}/groups.ts`)};
    guardGroup(${child.pid}, "claw-test", 'kill -KILL -"$1"');
    console.log("ready");
    setInterval(() => {}, 1000);`;
  const setter = Bun.spawn([process.execPath, "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const _ of setter.stdout) break;
  expect(child.exitCode).toBeNull();
  setter.kill("SIGKILL");
  await child.exited;
  expect(child.signalCode).toBe("SIGKILL");
});

test("guardGroup > called off, it leaves the group alone", async () => {
  const [child, other] = [sleeper(), sleeper()];
  const program = `import { guardGroup } from ${JSON.stringify(`${import.meta.dir}/groups.ts`)};
    guardGroup(${child.pid}, "claw-test", 'kill -KILL -"$1"')();
    guardGroup(${other.pid}, "claw-test", 'sleep 0.2; kill -KILL -"$1"');`;
  const setter = Bun.spawn([process.execPath, "-e", program], { stdio: ["ignore", "ignore", "inherit"] });
  await Promise.all([setter.exited, other.exited]);
  expect([child.exitCode, child.signalCode]).toEqual([null, null]);
  signalGroup(child.pid, "SIGKILL");
  await child.exited;
});
