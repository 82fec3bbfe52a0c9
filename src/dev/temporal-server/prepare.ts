/** `bootstrap.mjs` runs this early and beside other work, so that the binary is there when the tests want it. */
import { resolveTemporalServer } from './resolve.ts';

const { COUNTERSIGN_TEMPORAL_BIN: binary } = process.env;
const { path, how, tookMs } = await resolveTemporalServer({
  onProgress: (line) => console.log(line),
  ...(binary === undefined ? {} : { binary }),
});
console.log(`Temporal dev server: ${path} (by ${how}, ${(tookMs / 1000).toFixed(1)} s)`);
