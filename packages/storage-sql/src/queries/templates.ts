import type { StoredTemplate } from '@firstline/core';
import type { Define } from '../statement';

export function templateQueries(define: Define) {
  return {
    all: define((db, p: { tenant: string }) =>
      db.selectFrom('templates').selectAll().where('tenant', '=', p.tenant).orderBy('key').orderBy('locale'),
    ),

    put: define((db, p: StoredTemplate) =>
      db
        .insertInto('templates')
        .values({ tenant: p.tenant, key: p.key, locale: p.locale, text: p.text, updated_at: p.updatedAt })
        .onConflict((conflict) =>
          conflict
            .columns(['tenant', 'key', 'locale'])
            .doUpdateSet((eb) => ({ text: eb.ref('excluded.text'), updated_at: eb.ref('excluded.updated_at') })),
        ),
    ),

    remove: define((db, p: Pick<StoredTemplate, 'tenant' | 'key' | 'locale'>) =>
      db.deleteFrom('templates').where('tenant', '=', p.tenant).where('key', '=', p.key).where('locale', '=', p.locale),
    ),
  };
}
