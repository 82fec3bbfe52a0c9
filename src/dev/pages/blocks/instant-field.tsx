import { useContext } from 'preact/hooks';
import { SurfaceContext } from './surface.ts';
import type { FieldProps } from './text-field.tsx';

/** A date and time on the reader's own clock, as Slack's picker gives it: unix seconds. */
export function InstantField({ field }: { field: FieldProps }) {
  const { timeZone } = useContext(SurfaceContext).reader;
  return (
    <input
      id={field.id}
      class="bk-field"
      type="datetime-local"
      value={field.value === '' ? '' : wallOf(Number(field.value), timeZone)}
      disabled={field.disabled}
      aria-describedby={field.describedBy}
      aria-invalid={field.invalid}
      onInput={(event) => field.onValue(instantOf(event.currentTarget.value, timeZone))}
    />
  );
}

/** `2026-12-24T18:00`, as the clock there shows it. */
function wallOf(seconds: number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', {
    ...{ timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
  })
    .format(new Date(seconds * 1_000))
    .replace(' ', 'T');
}

function instantOf(wall: string, timeZone: string): string {
  const asUtc = Date.parse(`${wall}Z`);
  if (Number.isNaN(asUtc)) return '';
  const offset = (at: number) => Date.parse(`${wallOf(at / 1_000, timeZone)}Z`) - at;
  const first = asUtc - offset(asUtc);
  return String(Math.floor((asUtc - offset(first)) / 1_000));
}
