import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import { onePageOf } from '../../src/report/files/page-html.js';
import { scriptTextOf } from '../../src/report/files/script-text.js';

const HOSTILE = [
  '</script><script>alert(1)</script>',
  '<!-- <script>',
  ']]>',
  `"'\`\\\n\r\t\0`,
  '\u2028\u2029\ufeff\ud800',
  "');alert(2);//",
  `\${alert(3)}`,
];

describe('scripts that hand over data', () => {
  it('hand over any text as it is, and have nothing in them that a page reads as HTML', () => {
    const data = { names: HOSTILE, ['__proto__']: { polluted: true }, nested: [[null, 0.1, -1]] };
    Object.defineProperty(data, '__proto__', { value: { polluted: true }, enumerable: true });
    const script = scriptTextOf('images-0', data);
    assert.doesNotMatch(script, /[<>&\u2028\u2029\n](?!$)/);
    const received: unknown[] = [];
    const alert = () => assert.fail('script ran');
    runInNewContext(script, { alert, samReport: (...words: unknown[]) => received.push(...words) });
    assert.equal(received[0], 'images-0');
    const parsed = JSON.parse(received[1] as string);
    assert.deepEqual(parsed.names, HOSTILE);
    assert.ok(Object.hasOwn(parsed, '__proto__') && parsed.polluted === undefined);
  });

  it('cannot end the script that they stand in', () => {
    const page = onePageOf('<title>&"', 'body{}', ['const end = "</script>";', scriptTextOf('x', HOSTILE)]);
    assert.equal(page.match(/<\/script>/g)?.length, 2);
    assert.match(page, /<title>&lt;title&gt;&amp;&quot;<\/title>/);
  });
});
