/** Digests of answers too long to keep: computed natively, since a pass makes one of every list of every cluster. */
import { hash } from 'node:crypto';

/** SHA-256 in base64url; text is taken as UTF-8. */
export const digestOf = (content: string | Uint8Array): string => hash('sha256', content, 'base64url');
