import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { decodeUtf8, encodeUtf8 } from '../../../src/base/utf8';

describe('UTF-8 by hand', () => {
  it('encodes and decodes any text as the platform does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        assert.deepEqual(Buffer.from(encodeUtf8(text)), Buffer.from(text, 'utf8'));
        assert.equal(decodeUtf8(Buffer.from(text, 'utf8')), text);
      }),
    );
  });

  const malformed: readonly (readonly [string, readonly number[]])[] = [
    ['a lone continuation', [0x80]],
    ['a cut sequence', [0xe2, 0x82]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an overlong NUL in four bytes', [0xf0, 0x80, 0x80, 0x80]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a code beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
  ];
  for (const [name, bytes] of malformed) {
    it(`replaces ${name} and goes on behind it`, () => {
      assert.match(decodeUtf8(Uint8Array.from([...bytes, 0x61])), /^\uFFFD+a$/);
    });
  }

  it('encodes a lone surrogate as U+FFFD', () => {
    assert.deepEqual([...encodeUtf8('\ud800x')], [0xef, 0xbf, 0xbd, 0x78]);
  });

  it('decodes long texts and slices', () => {
    const text = 'ä€𝄞a'.repeat(10_000);
    const bytes = encodeUtf8(text);
    assert.equal(decodeUtf8(bytes), text);
    assert.equal(decodeUtf8(bytes, 2, 5), '€');
  });
});
