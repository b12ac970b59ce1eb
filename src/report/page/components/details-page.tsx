import type { ReportHead } from '../../data/report-data.js';

/** What made the run what it is: model, settings, commands. */
export function DetailsPage({ head }: { readonly head: ReportHead }) {
  return (
    <article class="text-page">
      <h1>About the run</h1>
      {head.details.map(({ title, rows }) => (
        <section key={title}>
          <h2>{title}</h2>
          <table>
            <tbody>
              {rows.map(([name, value]) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>{value}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ))}
    </article>
  );
}
