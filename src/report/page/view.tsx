/* The page of a report in a folder. */
import { render } from 'preact';
import { DATA_NAMES } from '../data/file-names.js';
import type { ReportHead } from '../data/report-data.js';
import { Report } from './components/report.js';
import { dataOf, receiveData } from './loading/received-data.js';

receiveData();
dataOf<ReportHead>(DATA_NAMES.head).then((head) => {
  const place = document.getElementById('report');
  if (place) render(<Report head={head} />, place);
});
