/** The catalogue of the example organisation, as an installation makes it. */
import { join } from 'node:path';
import { readToolSettings } from '../../src/main/tool-settings.ts';
import { createCatalogue } from '../../src/tools/catalogue.ts';
import type { Tool } from '../../src/tools/define-tool.ts';
import type { MailSettings } from '../../src/tools/email/mail.ts';

export const ACME_MAIL: MailSettings = {
  ...readToolSettings(join(import.meta.dirname, '../../config')).mail,
  clock: () => new Date(),
};

export const CATALOGUE: readonly Tool[] = createCatalogue({ mail: ACME_MAIL });
