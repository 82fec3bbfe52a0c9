/** Bodies: JSON only, bounded in shape right after parsing, before any schema walks them recursively. */
import { boundJson } from './json-bounds.ts';
import type { Door } from './openapi.ts';

/** Replaces the app's body parsers. An empty body reads as none; "__proto__" and "constructor.prototype" keys are refused. */
export function readJsonOnly(door: Door): void {
  const parseJson = door.getDefaultJsonParser('error', 'error');
  door.removeAllContentTypeParsers();
  door.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) {
      done(null, undefined);
      return;
    }
    void parseJson(request, body.toString(), (error, value) => {
      done(error ?? boundsProblem(value), value);
    });
  });
}

function boundsProblem(value: unknown): Error | null {
  try {
    boundJson(value);
    return null;
  } catch (error) {
    return error as Error;
  }
}
