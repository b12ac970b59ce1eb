/*
 * A bucket of as many keys as the first word says, which lists them a thousand at a time and answers every GET of one with a small image. It keeps none
 * of them, so that a million cost it nothing. It prints its port.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { smallImage } from '../../test/support/small-images.js';

const KEYS_A_PAGE = 1000;
const count = Number(process.argv[2]);
const image = await smallImage(1);

const keyOf = (i: number) => `photos/${String(i % 1000).padStart(3, '0')}/photograph-${String(i).padStart(7, '0')}.png`;

function pageFrom(first: number): string {
  const end = Math.min(count, first + KEYS_A_PAGE);
  let contents = '';
  for (let i = first; i < end; i++) {
    contents += `<Contents><Key>${keyOf(i)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;${i}&quot;</ETag><Size>400000</Size><StorageClass>STANDARD</StorageClass></Contents>`;
  }
  const next = end < count ? `<NextContinuationToken>${end}</NextContinuationToken>` : '';
  return `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><Prefix>photos/</Prefix><EncodingType>url</EncodingType><MaxKeys>1000</MaxKeys><KeyCount>${end - first}</KeyCount><IsTruncated>${end < count}</IsTruncated>${next}${contents}</ListBucketResult>`;
}

const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '', 'http://s3');
  if (searchParams.has('list-type')) response.end(pageFrom(Number(searchParams.get('continuation-token') ?? 0)));
  else response.end(image);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
