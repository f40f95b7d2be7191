import { ModuleOwners } from '../../src/main/packages/resolve/module-owners.ts';
import type { ObtainedPackages, WantedPackages } from '../../src/main/packages/package-transaction.ts';
import type { Wheel } from '../../src/main/packages/wheel.ts';
import type { PackageProvider, RunPackages } from '../../src/main/sandbox/packages/package-provider.ts';

export interface FakePackages {
  readonly obtain: (wants: WantedPackages) => Promise<readonly Wheel[] | ObtainedPackages>;
  readonly read: PackageProvider['read'];
  readonly providersOf?: RunPackages['providersOf'];
  readonly modules?: ModuleOwners;
}

/** A source of packages that are made up: for tests that need no store. */
export const fakePackages = ({ modules, obtain, providersOf, read }: FakePackages): PackageProvider => ({
  begin: async () => {
    let wheels: readonly Wheel[] = [];
    return {
      modules: modules ?? new ModuleOwners([]),
      providersOf: providersOf ?? (() => new Map()),
      obtain: async (wants) => {
        const found = await obtain(wants);
        const obtained = 'wheels' in found ? found : { wheels: found, refused: new Map() };
        ({ wheels } = obtained);
        return obtained;
      },
      kept: async (names) => wheels.filter(({ name }) => names.includes(name)),
      release: async () => undefined,
    };
  },
  read,
  close: async () => undefined,
});

/** What a fake is asked for, by requirement. */
export const wantedNames = ({ optional = [], required }: WantedPackages): string[] => [
  ...required,
  ...optional.map(({ requirement }) => requirement),
];
