/** The catalogue: every tool that Countersign comes with. */
import { requestAccess } from './access/request-access.ts';
import type { Tool } from './define-tool.ts';
import { draftEmail } from './email/draft-email.ts';
import type { MailSettings } from './email/mail.ts';
import { sendEmail } from './email/send-email.ts';
import { addCollaborator } from './github/add-collaborator.ts';
import { commentOnIssue } from './github/comment-on-issue.ts';
import { deleteBranch } from './github/delete-branch.ts';
import { deleteRepository } from './github/delete-repository.ts';
import { getPullRequest } from './github/get-pull-request.ts';
import { listBranches } from './github/list-branches.ts';
import { mergePullRequest } from './github/merge-pull-request.ts';
import { cancelSubscription } from './stripe/cancel-subscription.ts';
import { getCustomer } from './stripe/get-customer.ts';
import { refundPayment } from './stripe/refund-payment.ts';
import { updateCustomer } from './stripe/update-customer.ts';

/** The tools of one organisation, frozen. */
export function createCatalogue({ mail }: { readonly mail: MailSettings }): readonly Tool[] {
  const settings = Object.freeze({ ...mail, internalDomains: Object.freeze([...mail.internalDomains]) });
  return Object.freeze([
    requestAccess(settings),
    getPullRequest,
    listBranches,
    commentOnIssue,
    deleteBranch,
    mergePullRequest,
    addCollaborator,
    deleteRepository,
    getCustomer,
    updateCustomer,
    cancelSubscription,
    refundPayment,
    draftEmail(settings),
    sendEmail(settings),
  ]);
}
