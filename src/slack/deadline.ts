/** Bounded waiting: Slack gives three seconds, so nothing a listener does may take longer. */

/** Marks that `within` gave up; the work itself goes on and may still succeed. */
export const LATE = Symbol('late');

/** What `work` resolves to, or `LATE` after `ms`. A rejection after that is dropped: somebody was already told. */
export async function within<Result>(ms: number, work: Promise<Result>): Promise<Result | typeof LATE> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => resolve(LATE), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
