import { Columns } from './columns.tsx';
import { getWorld } from './data/sandbox-api.ts';
import { useLive } from './data/use-live.ts';
import { Loading, Problem } from './ui/notice.tsx';

/** The whole page, once it knows the world it shows. */
export function App() {
  const world = useLive('world', getWorld);
  if (world.value !== undefined) return <Columns world={world.value} />;
  return (
    <div class="starting">
      {world.problem === undefined ? (
        <Loading what="the sandbox" />
      ) : (
        <Problem onRetry={world.reload}>{world.problem}</Problem>
      )}
    </div>
  );
}
