/* The page of a comparison of two runs: one file, with all of its data. */
import { render } from 'preact';
import type { ComparisonData } from '../data/report-data.js';
import { Comparison } from './components/comparison.js';
import { dataOf, receiveData } from './loading/received-data.js';

receiveData();
dataOf<ComparisonData>('comparison').then((data) => {
  const place = document.getElementById('report');
  if (place) render(<Comparison data={data} />, place);
});
