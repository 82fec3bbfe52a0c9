/**
 * `node .ci/count.mjs <vitest report> <other parts> [failed parts…]` prints "N passed, N failed" as the last line, and
 * fails when anything did.
 */
import { readFileSync } from 'node:fs';

const [, , file, otherParts, ...failedParts] = process.argv;
const { passed, failed } = counted(file);
const testsPart = failedParts.includes('npm test');
const others = failedParts.filter((name) => name !== 'npm test').length;
// Vitest may fail without a failed test, say when a file could not be loaded or an error came after the tests.
const unexplained = testsPart && failed === 0 ? 1 : 0;
const allFailed = failed + others + unexplained;
if (failedParts.length > 0) console.log(`failed: ${failedParts.join(', ')}`);
console.log(`${passed + Number(otherParts) - others} passed, ${allFailed} failed`);
process.exitCode = allFailed > 0 || passed === 0 ? 1 : 0;

function counted(path) {
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(path, 'utf8'));
    // A file that could not be loaded is a failed suite without tests.
    return { passed: numPassedTests, failed: Math.max(numFailedTests, numFailedTestSuites > 0 ? 1 : 0) };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
