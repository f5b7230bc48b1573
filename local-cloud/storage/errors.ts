/** Cloud Storage's own error words: the JSON API's `errors[].reason` form, and XML for the paths that speak XML. */
import { ApiError } from '../core/errors.ts';
import { Reply } from '../core/service.ts';

export const noSuchBucket = (): ApiError =>
  new ApiError('NOT_FOUND', 'The specified bucket does not exist.', { reason: 'notFound' });

export const noSuchObject = (bucket: string, name: string): ApiError =>
  new ApiError('NOT_FOUND', `No such object: ${bucket}/${name}`, { reason: 'notFound' });

/** 412; clients (Terraform's state lock among them) tell it from other refusals by the number alone. */
export const conditionNotMet = (): ApiError =>
  new ApiError('FAILED_PRECONDITION', 'At least one of the pre-conditions you specified did not hold.', {
    httpStatus: 412,
    reason: 'conditionNotMet',
  });

export const conflict = (message: string): ApiError =>
  new ApiError('ALREADY_EXISTS', message, { reason: 'conflict' });

/** What the XML API calls the errors we give. */
const XML_CODES: Readonly<Record<number, string>> = {
  400: 'InvalidArgument',
  404: 'NoSuchKey',
  412: 'PreconditionFailed',
  416: 'InvalidRange',
};

/** The same error as the XML API prints it; anything but an ApiError is thrown on. */
export function asXml(error: unknown): Reply {
  if (!(error instanceof ApiError)) throw error;
  const code =
    error.message === noSuchBucket().message
      ? 'NoSuchBucket'
      : (XML_CODES[error.httpStatus] ?? 'InternalError');
  const body = `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${escape(error.message)}</Message></Error>`;
  return new Reply(error.httpStatus, body, { 'content-type': 'application/xml; charset=UTF-8' });
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
