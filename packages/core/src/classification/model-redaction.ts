import { issuesError } from '../errors';
import { zodIssues } from '../policies/define-scenarios';
import { redactor } from '../policies/redaction/redact';
import {
  buildRedactionPolicy,
  type RedactionPolicyOptions,
  redactionPolicySchema,
} from '../policies/redaction/redaction-policy';

/** What texts go through on their way to a model. `false`, or `models: false`: nothing. */
export function redactorForModels(options: RedactionPolicyOptions | undefined): (text: string) => string {
  const result = redactionPolicySchema.optional().safeParse(options);
  if (!result.success) throw issuesError('invalid_options', 'redact has faults:', zodIssues('redact', result.error));
  const policy = buildRedactionPolicy(options);
  return policy.models ? redactor(policy) : (text) => text;
}
