import { expect, test } from "bun:test";
import { imageType, smallerImage, wholeImage } from "./image.ts";

const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");

test.each([
  ["PNG", PIXEL, "image/png"],
  ["JPEG", Buffer.from([0xff, 0xd8, 0xff, 0xe0]), "image/jpeg"],
  ["GIF", Buffer.from("GIF89a"), "image/gif"],
  ["WebP", Buffer.from("RIFF\0\0\0\0WEBPVP8 "), "image/webp"],
  ["a wave file", Buffer.from("RIFF\0\0\0\0WAVEfmt "), undefined],
  ["text", Buffer.from("GIF tells a story"), undefined],
  ["nothing", Buffer.alloc(0), undefined],
])("imageType > %s, also in the middle of a buffer", (_, bytes, type) => {
  expect(imageType(bytes)).toBe(type);
  expect(imageType(Buffer.concat([Buffer.from("xyz"), bytes]).subarray(3))).toBe(type);
});

test("wholeImage > what decodes, as what it is; nothing for what is cut short, broken or no image", async () => {
  expect(await wholeImage(PIXEL)).toEqual({ mediaType: "image/png", side: 1 });
  const wide = await new Bun.Image(PIXEL).resize(300, 200).jpeg({ quality: 80 }).bytes();
  expect(await wholeImage(wide)).toEqual({ mediaType: "image/jpeg", side: 300 });
  for (const bytes of [
    PIXEL.subarray(0, 8),
    PIXEL.subarray(0, 50),
    Buffer.concat([PIXEL.subarray(0, 16), Buffer.alloc(200, 7)]),
    Buffer.from("no image"),
  ])
    expect(await wholeImage(bytes)).toBeUndefined();
});

test("smallerImage > a JPEG of an image, and nothing of anything else", async () => {
  const made = await smallerImage(PIXEL, 80);
  expect(imageType(made ?? Buffer.alloc(0))).toBe("image/jpeg");
  expect(await smallerImage(Buffer.from("no image"), 80)).toBeUndefined();
  expect(await smallerImage(PIXEL.subarray(0, 20), 80)).toBeUndefined();
});
