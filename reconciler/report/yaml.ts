/** The report as YAML: the same value, in the same order, as the JSON. */
import { Document, visit } from 'yaml';
import type { RunReport } from '../model.ts';
import { ACTING, inReadingOrder, spelled } from './json.ts';

/**
 * One document. Long lines stay whole, so that text can be searched; nothing is an alias of something else; what a
 * YAML 1.1 reader would take for something other than text (`yes`, `12:30`) is quoted.
 */
export function renderYaml(report: RunReport): string {
  const document = new Document(inReadingOrder(report), { aliasDuplicateObjects: false, compat: 'yaml-1.1' });
  visit(document, {
    Scalar: (_key, node) => {
      // Only between double quotes can a character be spelled.
      if (typeof node.value === 'string' && node.value.search(ACTING) !== -1) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0 }).replace(ACTING, spelled);
}
