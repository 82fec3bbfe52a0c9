import { useContext, useEffect } from 'preact/hooks';
import type { SlackSnapshot } from '../../slack-emulator/contract.ts';
import { BlocksView } from '../blocks/block-view.tsx';
import { type Surface, SurfaceContext } from '../blocks/surface.ts';
import { openHome, pressButton } from '../data/sandbox-api.ts';
import { useTask } from '../data/use-task.ts';
import { Empty, Loading, Problem } from '../ui/notice.tsx';
import { useInteraction } from './use-interaction.ts';

interface HomeTabProps {
  readonly user: string;
  readonly home: SlackSnapshot['home'];
  readonly onActed: () => void;
}

/** The app's home tab. Opening it tells the app, as in Slack; what is shown is what the app published last. */
export function HomeTab({ user, home, onActed }: HomeTabProps) {
  const surface = useContext(SurfaceContext);
  const interaction = useInteraction(onActed);
  const opening = useTask(openHome, onActed);
  // Once for each person, not at each drawing.
  useEffect(() => opening.run({ user }), [user]);
  const own: Surface = {
    ...surface,
    pressing: interaction.pressing,
    press: (button) =>
      interaction.send(button, () => pressButton(surface.self, { viewId: home?.id ?? '' }, button)),
  };
  const problem = opening.problem ?? interaction.problem;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard in every browser
    <section class="messages home-tab" aria-label="Home of Countersign" tabIndex={0}>
      {problem !== undefined && <Problem>{problem}</Problem>}
      {home === undefined &&
        (opening.running ? <Loading what="the home tab" /> : <Empty title="Nothing published yet" />)}
      {home !== undefined && (
        <SurfaceContext.Provider value={own}>
          <BlocksView blocks={home.blocks} />
        </SurfaceContext.Provider>
      )}
    </section>
  );
}
