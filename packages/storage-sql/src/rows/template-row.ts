import type { StoredTemplate } from '@firstline/core';
import type { TemplateRow } from '../tables';

export function templateOf(row: TemplateRow): StoredTemplate {
  return { tenant: row.tenant, key: row.key, locale: row.locale, text: row.text, updatedAt: row.updated_at };
}
