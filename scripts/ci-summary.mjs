/** Prints the names of the tests that failed, and last how many passed and failed, from JSON reports of vitest and Playwright. */
import { readFileSync } from 'node:fs';

const results = process.argv.slice(2).map(resultsOf);
const failed = results.flatMap(({ failed }) => failed);
for (const name of failed) console.log(`failed: ${name}`);
const passed = results.reduce((sum, result) => sum + result.passed, 0);
console.log(`${passed} passed, ${failed.length} failed`);

/** How many tests of a report passed, and which failed: a report that is not there is one that failed. */
function resultsOf(path) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return { passed: 0, failed: [`${path}: ${error.message}`] };
  }
  return report.stats ? ofPlaywright(report) : ofVitest(report);
}

function ofVitest({ testResults }) {
  const failed = [];
  let passed = 0;
  for (const { name, status, message, assertionResults } of testResults) {
    const wrong = assertionResults.filter((test) => test.status === 'failed');
    passed += assertionResults.filter((test) => test.status === 'passed').length;
    failed.push(...wrong.map(({ fullName }) => `${name}: ${fullName}`));
    if (status === 'failed' && !wrong.length) failed.push(`${name}: ${message}`);
  }
  return { passed, failed };
}

function ofPlaywright({ stats, suites }) {
  const failed = [];
  const walk = ({ file, specs, suites = [] }) => {
    for (const { title, tests } of specs) {
      const wrong = tests.filter(({ status }) => status === 'unexpected');
      failed.push(...wrong.map(({ projectName }) => `${file}: ${title} (${projectName})`));
    }
    for (const suite of suites) walk(suite);
  };
  for (const suite of suites) walk(suite);
  return { passed: stats.expected + stats.flaky, failed };
}
