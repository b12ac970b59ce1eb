import { useEffect, useState } from 'preact/hooks';
import { DATA_NAMES } from '../../data/file-names.js';
import type { FailureEntry, ReportHead } from '../../data/report-data.js';
import { loadedData } from '../loading/received-data.js';
import { counted, wholeInWords } from './in-words.js';

/** The images that the run could not do, and why. */
export function FailuresPage({ head }: { readonly head: ReportHead }) {
  const [failures, setFailures] = useState<readonly FailureEntry[]>([]);
  const [chunks, setChunks] = useState(1);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    loadedData<readonly FailureEntry[]>(DATA_NAMES.failures(chunks - 1)).then(
      (more) => setFailures((before) => [...before.slice(0, (chunks - 1) * head.failures_per_chunk), ...more]),
      (error: Error) => setProblem(error.message),
    );
  }, [chunks, head]);
  const left = head.failed - failures.length;
  return (
    <article class="text-page">
      <h1>Failures</h1>
      <p>{counted(head.failed, 'image')} of the run could not be done.</p>
      {problem !== undefined && <p class="note">{problem}</p>}
      <table class="failures">
        <thead>
          <tr>
            <th scope="col">Image</th>
            <th scope="col">Code</th>
            <th scope="col">Reason</th>
          </tr>
        </thead>
        <tbody>
          {failures.map(({ image, code, reason }) => (
            <tr key={image}>
              <th scope="row">{image}</th>
              <td>
                <code>{code}</code>
              </td>
              <td>{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {failures.length > 0 && left > 0 && (
        <button type="button" class="button" onClick={() => setChunks(chunks + 1)}>
          Show more of the {wholeInWords(left)} others
        </button>
      )}
    </article>
  );
}
