import { expect, test } from "bun:test";
import { fitImage, smallerImage, wholeImage } from "./fit-image.ts";
import { imageType, MOST_IMAGE_BYTES } from "./image.ts";

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
    wide.subarray(0, wide.length - 2),
    wide.subarray(0, wide.length / 2),
  ])
    expect(await wholeImage(bytes)).toBeUndefined();
});

test("wholeImage > a JPEG cut short in its picture is none, though its thumbnail has an end; bytes behind its end are no matter", async () => {
  const jpeg = await new Bun.Image(PIXEL).resize(300, 200).jpeg({ quality: 80, progressive: true }).bytes();
  const thumbnail = Buffer.from([0xff, 0xe1, 0, 8, 0xff, 0xd8, 1, 2, 0xff, 0xd9]);
  const whole = Buffer.concat([jpeg.subarray(0, 2), thumbnail, jpeg.subarray(2)]);
  for (const bytes of [whole, Buffer.concat([whole, Buffer.alloc(20, 0xff)])]) expect(await wholeImage(bytes)).toMatchObject({ side: 300 });
  for (const kept of [0.2, 0.5, 0.9]) expect(await wholeImage(whole.subarray(0, whole.length * kept))).toBeUndefined();
});

test("fitImage > an image as it is, another made smaller, and what is wrong with the rest", async () => {
  expect(await fitImage(PIXEL, 80)).toEqual({ mediaType: "image/png", bytes: PIXEL, smaller: false });
  const wide = await new Bun.Image(PIXEL).resize(9_000, 10).png().bytes();
  const fit = await fitImage(wide, 80);
  expect(fit).toMatchObject({ mediaType: "image/jpeg", smaller: true });
  expect("bytes" in fit ? await wholeImage(fit.bytes) : undefined).toMatchObject({ side: 1_568 });
  const large = Buffer.concat([PIXEL, Buffer.alloc(MOST_IMAGE_BYTES)]);
  expect(await fitImage(large, 80)).toMatchObject({ mediaType: "image/jpeg", smaller: true });
  const wrong = "begins as image/png does, but is no whole image: it is cut short or broken";
  expect(await fitImage(PIXEL.subarray(0, 50), 80)).toMatchObject({ wrong });
  expect(await fitImage(Buffer.from("no image"), 80)).toMatchObject({ wrong: "is no image" });
});

test("smallerImage > a JPEG of an image, and nothing of anything else", async () => {
  const made = await smallerImage(PIXEL, 80);
  expect(imageType(made ?? Buffer.alloc(0))).toBe("image/jpeg");
  expect(await smallerImage(Buffer.from("no image"), 80)).toBeUndefined();
  expect(await smallerImage(PIXEL.subarray(0, 20), 80)).toBeUndefined();
});
