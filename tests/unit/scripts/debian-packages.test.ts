import { expect, test } from 'vitest';
import {
  candidatePackages,
  choosePackages,
  parseInstallable,
} from '../../../scripts/provision/debian-packages.ts';

const UBUNTU_24 = `libgtk-3-0t64:
  Installed: (none)
  Candidate: 3.24.41-4ubuntu1.2
  Version table:
     3.24.41-4ubuntu1.2 500
libgtk-3-0:
  Installed: (none)
  Candidate: (none)
  Version table:
xvfb:
  Installed: 2:21.1.12
  Candidate: 2:21.1.12
`;

test('a package counts as installable when apt has a candidate of it', () => {
  expect([...parseInstallable(UBUNTU_24)]).toEqual(['libgtk-3-0t64', 'xvfb']);
});

test.each([
  ['newer releases', ['libgtk-3-0t64', 'libasound2t64'], ['libasound2t64', 'libgtk-3-0t64']],
  ['older releases', ['libgtk-3-0', 'libasound2'], ['libasound2', 'libgtk-3-0']],
  ['unknown releases', [], ['libasound2', 'libgtk-3-0']],
])('the name that fits is chosen on %s', (_name, installable, expected) => {
  const wanted = ['libgtk-3.so.0', 'libasound.so.2'].map((library) => candidatePackages(library) ?? []);
  expect(choosePackages(wanted, new Set(installable))).toEqual(expected);
});

test('a package that several libraries share is named once', () => {
  const wanted = ['libnss3.so', 'libsmime3.so'].map((library) => candidatePackages(library) ?? []);
  expect(choosePackages(wanted, new Set(['libnss3']))).toEqual(['libnss3']);
});
