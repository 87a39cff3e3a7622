import type { Storage } from '../../ports/storage';
import { Fixture } from './fixture';

/** Any test runner's functions, for example vitest's. */
export interface ContractTestApi {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>): void;
}

/** One storage for one case. */
export interface StorageUnderTest {
  /** Holds nothing of the case's tenant yet. Every case uses tenants of its own. */
  readonly storage: Storage;
  /**
   * A further storage on the same data, as another process would make it. Called while the first is open and also after
   * it was closed. Left out where the data does not outlive the storage; the cases that need it are left out then.
   */
  reopen?(): Promise<Storage>;
  /** Called at the end of each case, after every storage was closed. */
  dispose(): Promise<void>;
}

export type CreateStorage = () => Promise<StorageUnderTest>;

let tenants = 0;

/** The cases of one subject: each gets its own storage, opened, and closed again whatever happens. */
export class Cases {
  readonly #test: ContractTestApi;
  readonly #create: CreateStorage;

  constructor(test: ContractTestApi, create: CreateStorage) {
    this.#test = test;
    this.#create = create;
  }

  describe(name: string, body: () => void): void {
    this.#test.describe(name, body);
  }

  it(name: string, body: (fixture: Fixture) => Promise<void>): void {
    this.#test.it(name, () => this.#run((fixture) => body(fixture)));
  }

  /** Run only where the data outlives the storage. */
  itReopens(name: string, body: (fixture: Fixture, reopen: () => Promise<Storage>) => Promise<void>): void {
    this.#test.it(name, () =>
      this.#run(async (fixture, reopen) => {
        if (reopen !== undefined) await body(fixture, reopen);
      }),
    );
  }

  async #run(body: (fixture: Fixture, reopen: (() => Promise<Storage>) | undefined) => Promise<void>): Promise<void> {
    const subject = await this.#create();
    const opened = [subject.storage];
    const reopen = async (): Promise<Storage> => {
      const storage = await subject.reopen?.();
      if (storage === undefined) throw new Error('reopen() is not given');
      opened.push(storage);
      await storage.open();
      return storage;
    };
    try {
      await subject.storage.open();
      const fixture = new Fixture(subject.storage, `contract-${++tenants}`);
      await body(fixture, subject.reopen === undefined ? undefined : reopen);
    } finally {
      for (const storage of opened) await storage.close();
      await subject.dispose();
    }
  }
}
