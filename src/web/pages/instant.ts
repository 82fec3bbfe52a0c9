/** A moment as two people read it: in UTC, as logs and cards say it, and by the reader's own clock. */
export function instant(iso: string, timeZone: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const utc = `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const own = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(at);
  return timeZone === 'UTC' ? utc : `${utc} (${own} for you)`;
}
