import { useState } from 'preact/hooks';
import { haltEverything, moveBranch, resumeEverything } from '../data/sandbox-api.ts';
import { useTask } from '../data/use-task.ts';
import { Icon } from '../ui/icons.tsx';
import { Problem } from '../ui/notice.tsx';

const DEEDS = {
  drift: [moveBranch, 'The branch moved. Approving a plan that names it asks again.'],
  halt: [haltEverything, 'Everything is halted: nothing but reads runs until you resume.'],
  resume: [resumeEverything, 'Resumed: requests run again.'],
} as const;

/** Things that go wrong in the world, at the press of a button. */
export function TroubleBox({ onDone }: { onDone: () => void }) {
  const [said, setSaid] = useState('');
  const doing = useTask(
    async (deed: keyof typeof DEEDS) => {
      const [act, sentence] = DEEDS[deed];
      await act();
      return sentence;
    },
    (sentence) => {
      setSaid(sentence);
      onDone();
    },
  );
  const button = (deed: keyof typeof DEEDS, icon: 'branch' | 'stop' | 'play', label: string) => (
    <button
      type="button"
      class="button button-small"
      disabled={doing.running}
      onClick={() => doing.run(deed)}
    >
      <Icon name={icon} size={13} /> {label}
    </button>
  );
  return (
    <section class="trouble" aria-label="Make trouble">
      <h2>Make trouble</h2>
      <div class="trouble-buttons">
        {button('drift', 'branch', 'Move the branch')}
        {button('halt', 'stop', 'Halt everything')}
        {button('resume', 'play', 'Resume')}
      </div>
      <p role="status">{doing.problem === undefined ? said : ''}</p>
      {doing.problem !== undefined && <Problem>{doing.problem}</Problem>}
    </section>
  );
}
