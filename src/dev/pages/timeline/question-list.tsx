import { useState } from 'preact/hooks';
import { ANSWER_CHARS_MAX, type QuestionView } from '../../../domain/question.ts';
import type { RequestView } from '../../../domain/request.ts';
import type { AskAnswer } from '../../sandbox/api.ts';
import { answerQuestion } from '../data/sandbox-api.ts';
import { useTask } from '../data/use-task.ts';
import { Problem } from '../ui/notice.tsx';
import { refusalOf } from './refusal.ts';

/** What approvers asked the agent, with a box to answer in the agent's place while a question is open. */
export function QuestionList({ view, onActed }: { view: RequestView; onActed: () => void }) {
  const { id, questions = [], status } = view;
  if (questions.length === 0) return null;
  return (
    <section class="questions" aria-label="Questions to the agent">
      <h2 class="timeline-title">Questions</h2>
      {questions.map((question) => (
        <article key={question.id} class="question">
          <p class="question-by">{question.by} asks the agent:</p>
          <pre class="raw question-words">{question.text}</pre>
          {question.answer !== undefined ? (
            <>
              <p class="question-by">Written by the agent, unverified:</p>
              <pre class="raw question-words">{question.answer}</pre>
            </>
          ) : status === 'closed' ? (
            <p class="question-by">Not answered.</p>
          ) : (
            <AnswerBox request={id} question={question} onActed={onActed} />
          )}
        </article>
      ))}
    </section>
  );
}

function AnswerBox({
  request,
  question,
  onActed,
}: {
  request: string;
  question: QuestionView;
  onActed: () => void;
}) {
  const [text, setText] = useState('');
  const answering = useTask<string, AskAnswer>(
    (words) => answerQuestion({ id: request, question: question.id, text: words }),
    onActed,
  );
  const refused = answering.output !== undefined && answering.output.status >= 400;
  const field = `answer-${question.id}`;
  return (
    <form
      class="answer-box"
      onSubmit={(event) => {
        event.preventDefault();
        answering.run(text);
      }}
    >
      <label for={field}>Answer as the agent</label>
      <textarea
        id={field}
        rows={3}
        maxLength={ANSWER_CHARS_MAX}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit" class="button button-small" disabled={answering.running || text.trim() === ''}>
        Answer
      </button>
      {refused && <Problem>{refusalOf(answering.output)}</Problem>}
      {answering.problem !== undefined && <Problem>{answering.problem}</Problem>}
    </form>
  );
}
