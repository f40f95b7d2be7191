import { describe, expect, it } from 'vitest';
import { CodeAnalysis } from '../../../../src/main/sandbox/packages/code-analysis.ts';
import {
  requestedByCommand,
  requestedByFile,
} from '../../../../src/main/sandbox/packages/requirement-lines.ts';
import { PIP_COMMANDS } from '../../../support/pip-commands.ts';

describe('a line that installs asks for packages', () => {
  it.each([
    ['!pip install rich', ['rich']],
    ['%pip install -q -U rich "pandas>=2,<4"', ['rich', 'pandas>=2,<4']],
    ["  !python3 -m pip install --index-url https://x.invalid/simple 'qrcode[pil]'", ['qrcode']],
    ['!{sys.executable} -m pip install openpyxl==3.1.5; echo done', ['openpyxl==3.1.5']],
    ['!uv pip install a_b c.d', ['a_b', 'c.d']],
    ['%conda install -y -c conda-forge xlrd', ['xlrd']],
    ['!pip install a \\\n  b', ['a', 'b']],
    ['pip install humanize', ['humanize']],
    ['!pip install rich && pip list', ['rich']],
    ['!pip install ./mine.whl git+https://x.invalid/y rich', ['rich']],
    ['# pip install rich', ['rich']],
    ['import docx  # pip install python-docx', ['python-docx']],
    ['#!pip install rich', ['rich']],
    ['# Install: pip install rich emoji', ['rich', 'emoji']],
    ['# Requirements: `pip install rich, emoji`', ['rich', 'emoji']],
    ['# pip install rich if you have not yet', ['rich']],
    ['# pip install rich and emoji', ['rich']],
    ['# pip install rich (for tables) now', ['rich']],
    ['# pip install rich. Then run it', ['rich']],
    ['# pip install it first', []],
    ['# you may have to pip install something', []],
    ['print("pip install rich")', []],
    ['"""\npip install rich\n!pip install emoji\n"""', []],
    ['x = 1 # uninstall rich', []],
    ['!pip list', []],
    ['!pip uninstall rich', []],
    ['x = (7\n  % pip)', []],
  ])('%s', async (code, requirements) => {
    expect((await new CodeAnalysis(`import os\n${code}\nprint(1)`).asked()).requirements).toEqual(
      requirements,
    );
  });

  it.each(PIP_COMMANDS)('as the guest reads it: %s', (command, names) => {
    const { requirements } = requestedByCommand(command);
    expect(requirements.map((requirement) => /^[\w.-]+/u.exec(requirement)?.[0])).toEqual(names);
  });

  it('or names the file that has the requirements', async () => {
    const reading = new CodeAnalysis('!pip install -r requirements.txt --requirement other.txt');
    expect(await reading.asked()).toEqual({ requirements: [], files: ['requirements.txt', 'other.txt'] });
    expect(
      requestedByFile(
        '# mine\nrich>=13 ; python_version > "3"\n-e .\n\nemoji==2.0 # smileys\nhttps://x.invalid\n',
      ),
    ).toEqual(['rich>=13', 'emoji==2.0']);
  });

  it('and the code after it is read as usual', async () => {
    const reading = new CodeAnalysis(
      '!pip install "rich" # it\'s fine\nimport emoji\nx = "later"\n# pip install attrs\nimport b',
    );
    expect(await reading.imports()).toEqual(['emoji', 'b']);
    expect((await reading.asked()).requirements).toEqual(['rich', 'attrs']);
  });

  it.each(['!'.repeat(3000), '=='.repeat(300), '>=1,'.repeat(100), '[,'.repeat(150), '>=1!'.repeat(600)])(
    'a word in one reading only: a%s',
    async (tail) => {
      const words = (await new CodeAnalysis(`# pip install a${tail}\n!pip install a${tail} b`).asked())
        .requirements;
      expect(words).toEqual(['b']);
    },
  );

  it('however much of it there is, in no time', async () => {
    const code = ['!pip install ', '# pip install ', ' '.repeat(200_000), '!'.repeat(200_000)]
      .map((part) => part + 'a '.repeat(50_000))
      .join('\n');
    const { requirements } = await new CodeAnalysis(
      `${code}\n${'# pip install a b c\n'.repeat(20_000)}`,
    ).asked();
    expect(requirements.length).toBeLessThanOrEqual(100);
  });
});

describe('modules that the code writes itself', () => {
  it.each([
    ['open("emoji.py", "w").write("x=1")\nimport emoji, rich'],
    ['Path("tools/emoji.py").write_text("")\nimport emoji, rich, tools'],
    ['files = {"emoji/__init__.py": ""}\nfrom emoji import x\nimport rich'],
  ])('are no requests: %s', async (code) => {
    expect(await new CodeAnalysis(code).imports()).toEqual(['rich']);
  });
});
