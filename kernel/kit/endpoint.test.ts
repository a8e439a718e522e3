import { expect, test } from "bun:test";
import { proxyFor } from "./endpoint.ts";

test("proxyFor > follows the environment as curl does", () => {
  const [secure, plain] = [new URL("https://api.anthropic.com"), new URL("http://127.0.0.1:8080")];
  expect(proxyFor(secure, {})).toBeUndefined();
  expect(proxyFor(secure, { HTTP_PROXY: "http://p:1" })).toBeUndefined();
  expect(proxyFor(secure, { HTTPS_PROXY: "http://p:1", https_proxy: "q:2" })).toBe("http://q:2");
  expect(proxyFor(plain, { HTTP_PROXY: "http://p:1" })).toBe("http://p:1");
  const except = (list: string, url = secure): string | undefined =>
    proxyFor(url, { HTTPS_PROXY: "http://p:1", HTTP_PROXY: "http://p:1", NO_PROXY: list });
  for (const list of ["*", "anthropic.com", ".anthropic.com", "*.anthropic.com", "x, api.anthropic.com:443,y", "API.Anthropic.com"])
    expect(except(list)).toBeUndefined();
  for (const list of ["", ",", "thropic.com", "com.anthropic", "api.anthropic.com.evil", "api.anthropic.com:80"])
    expect(except(list)).toBe("http://p:1");
  expect(except("127.0.0.1:8080", plain)).toBeUndefined();
  expect(except("127.0.0.1:9090", plain)).toBe("http://p:1");
});
