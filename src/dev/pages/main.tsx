/**
 * The sandbox page: one screen to ask as an agent, to decide as a person in Slack, and to watch what happens.
 *
 * It promises to show what the server says and nothing else: no outside request, no HTML from data, no state of its own
 * but what is selected. It refuses to know any secret; `src/dev/sandbox` serves it and answers it.
 */
import { render } from 'preact';
import { App } from './app.tsx';

render(<App />, document.body);
