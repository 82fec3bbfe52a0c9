/** The part of GitHub's REST API that the catalogue uses, strict where GitHub is. Everything else answers 404. */
import type { App } from '../serve-vendor.ts';
import { accessRoutes } from './access-routes.ts';
import { gitRoutes } from './git-routes.ts';
import type { GitHubWorld } from './github-world.ts';
import { issueRoutes } from './issue-routes.ts';
import { pullRoutes } from './pull-routes.ts';
import { repositoryRoutes } from './repository-routes.ts';

export function githubRoutes(app: App, world: GitHubWorld): void {
  repositoryRoutes(app, world);
  gitRoutes(app, world);
  pullRoutes(app, world);
  issueRoutes(app, world);
  accessRoutes(app, world);
}
