/** What the guest's Python finds out about imports, in a real Pyodide: packages.py and curated-packages.json. */
import { beforeAll, describe, expect, it } from 'vitest';
import { startGuest, type Guest } from './guest.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await startGuest();
}, 60_000);

/** In an interpreter of its own, as far as this file looks: each session knows its own runs only. */
const found = (...cells: string[]) => {
  const session = guest.newSession();
  return cells.map((code) => session.findImports(code)).at(-1);
};
const hints = (...cells: string[]): string[] | undefined => found(...cells)?.hints.sort();

describe('packages that others import without the code naming them', () => {
  it.each<[string, string, string[]]>([
    ['bs4 with lxml', 'from bs4 import BeautifulSoup\nBeautifulSoup(page, "lxml")', ['lxml']],
    ['bs4 with XML', 'import bs4\nbs4.BeautifulSoup(page, features="xml")', ['lxml']],
    ['bs4 with html5lib', 'from bs4 import BeautifulSoup as B\nB(page, "html5lib")', ['html5lib']],
    ['pandas to Excel', 'import pandas as pd\npd.DataFrame().to_excel("a.xlsx")', ['openpyxl']],
    [
      'pandas with xlsxwriter',
      'import pandas as pd\npd.ExcelWriter("a.xlsx", engine="xlsxwriter")',
      ['openpyxl', 'xlsxwriter'],
    ],
    ['an old workbook', 'import pandas as pd\npd.read_excel(f"{folder}/a.xls")', ['openpyxl', 'xlrd']],
    ['a workbook of LibreOffice', 'import pandas as pd\npd.read_excel("a.ods")', ['odf', 'openpyxl']],
    ['calamine', 'import pandas as pd\npd.read_excel(x, engine="calamine")', ['openpyxl', 'python_calamine']],
    ['parquet', 'import pandas\nframe.to_parquet("t")', ['pyarrow']],
    ['Arrow strings', 'import pandas\nframe.convert_dtypes(dtype_backend="pyarrow")', ['pyarrow']],
    ['Markdown', 'import pandas\nframe.to_markdown()', ['tabulate']],
    ['interpolation', 'import pandas\ns.interpolate(method="cubic")', ['scipy']],
    ['linear interpolation', 'import pandas\ns.interpolate(method="linear")', []],
    ['rank correlation', 'import pandas\nframe.corr(method="kendall")', ['scipy']],
    ['correlation', 'import pandas\nframe.corr()', []],
    ['windows', 'import pandas\ns.rolling(3, win_type="gaussian").mean(std=1)', ['scipy']],
    ['sparse', 'import pandas\nframe.sparse.to_coo()', ['scipy']],
    ['density', 'import pandas\ns.plot(kind="kde")', ['matplotlib', 'scipy']],
    ['clustermap', 'import seaborn as sns\nsns.clustermap(x)', ['scipy']],
    ['lowess', 'import seaborn as sns\nsns.regplot(x=x, y=y, lowess=True)', ['statsmodels']],
    [
      'frames of scikit-learn',
      'from sklearn.datasets import load_iris\nload_iris(as_frame=True)',
      ['pandas'],
    ],
    ['set_output', 'import sklearn\nscaler.set_output(transform="pandas")', ['pandas']],
    ['trees', 'from sklearn.tree import plot_tree', ['matplotlib']],
    ['displays', 'from sklearn.metrics import ConfusionMatrixDisplay as D', ['matplotlib']],
    ['pictures in workbooks', 'from openpyxl.drawing.image import Image as Picture', ['PIL']],
    ['page rank', 'import networkx as nx\nnx.pagerank(g)', ['scipy']],
    ['drawn graphs', 'import networkx as nx\nnx.draw(g)', ['matplotlib', 'numpy']],
    ['sympy', 'import sympy\nsympy.plot(x)', ['matplotlib', 'numpy']],
    ['plotly', 'import plotly.express as px', ['numpy', 'pandas']],
    ['polars', 'import polars as pl\npl.DataFrame().to_pandas()', ['pandas', 'pyarrow']],
    [
      'nothing of the kind',
      'import plain\nplain.plot(kind="kde", engine="xlsxwriter")\nx.read_excel("a.xls")',
      [],
    ],
  ])('%s', (_what, code, expected) => {
    expect(hints(code)).toEqual(expected);
  });

  it('are found also when an earlier run has imported them, or the packages they are used with', () => {
    expect(hints('import pandas as pd', 'df = 1', 'df.plot()')).toEqual(['matplotlib']);
    expect(hints('def save(frame): frame.to_excel("a.xlsx")', 'import pandas\nsave(1)')).toEqual([
      'openpyxl',
    ]);
    expect(hints('HOW = "kendall"\nimport pandas', 'frame.corr(method=HOW)')).toEqual(['scipy']);
    expect(hints('import matplotlib', 'title = "売上の推移"')).toEqual(['matplotlib_fontja']);
  });

  it('are found also when they were imported under computed names, except for those of a snapshot', async () => {
    const session = guest.newSession();
    session.findImports('1');
    await session.run('import sys, types\nsys.modules["pandas"] = types.ModuleType("pandas")');
    try {
      expect(session.findImports('frame.to_markdown()').hints).toEqual(['tabulate']);
      expect(hints('frame.to_markdown()')).toEqual([]);
    } finally {
      await session.run('del sys.modules["pandas"]');
    }
  });
});

describe('modules that code imports', () => {
  it.each<[string, string, string[]]>([
    ['by a function', 'import importlib\nnp = importlib.import_module("numpy")', ['numpy']],
    ['by the function', '__import__("pandas.io")', ['pandas.io']],
    [
      'in a file that it writes',
      'open("helpers.py", "w").write("import numpy as np\\n")\nimport helpers',
      ['numpy'],
    ],
    ['in code that it executes', 'exec("""\n    import numpy\n    x = 1\n""")', ['numpy']],
    ['in a text that is none', 'print("import numpy")', []],
    ['of its own', 'Path("tools/emoji.py").write_text("")\nimport emoji\nfrom tools import emoji', []],
    ['under magics', '%matplotlib inline\nimport numpy\n!pip install x', ['numpy']],
    ['indented as a whole', '    import numpy\n    x = 1', ['numpy']],
  ])('%s', (_how, code, modules) => {
    expect(found(code)?.modules).toEqual(modules);
  });

  it.each<[string, string[]]>([
    ['import os\nos.system("pip install rich humanize")', ['rich', 'humanize']],
    [
      'import subprocess, sys\nsubprocess.check_call([sys.executable, "-m", "pip", "install", "-q", "rich>=13"])',
      ['rich>=13'],
    ],
    ['import subprocess\nsubprocess.run("python -m pip install rich", shell=True)', ['rich']],
    ['import micropip\nawait micropip.install(["a", "b"])', ['a', 'b']],
    ['print("pip install rich")', []],
    ['subprocess.run(["pip", "list"])', []],
  ])('and packages that it has installed: %s', (code, asked) => {
    expect(found(code)?.asked).toEqual(asked);
  });
});

describe('fonts', () => {
  // The only session of its interpreter.
  let alone: Guest;
  beforeAll(async () => {
    alone = await startGuest();
  }, 60_000);
  const fontsOf = (code: string): string[] =>
    alone.findImports(code).hints.filter((name) => /cjk|fontja|koreanize/iu.test(name));

  it('are not wanted where nothing is drawn', () => {
    alone.files.writeFile('/workspace/a.csv', '北京\n');
    expect(fontsOf('print(open("a.csv").read())')).toEqual([]);
    alone.files.unlink('/workspace/a.csv');
  });

  it.each<[string, string, string[]]>([
    [
      'SimHei',
      'import matplotlib.pyplot as plt\nplt.rcParams["font.sans-serif"] = ["SimHei", "Arial"]',
      ['cvttf_NotoSansCJK_Regular'],
    ],
    [
      'Microsoft YaHei',
      'import matplotlib\nmatplotlib.rc("font", family="Microsoft YaHei")',
      ['cvttf_NotoSansCJK_Regular'],
    ],
    [
      'MS Gothic',
      'import matplotlib.pyplot as plt\nplt.rcParams["font.family"] = "MS Gothic"',
      ['matplotlib_fontja'],
    ],
    [
      'Malgun Gothic',
      'import matplotlib.pyplot as plt\nplt.rc("font", family="Malgun Gothic")',
      ['koreanize_matplotlib'],
    ],
    ['Arial', 'import matplotlib.pyplot as plt\nplt.rc("font", family="Arial")', []],
  ])('come for the font that the code names: %s', (_name, code, expected) => {
    expect(fontsOf(code)).toEqual(expected);
  });

  it('are wanted for the characters of a text file that was given', () => {
    const plot =
      'import pandas as pd\nimport matplotlib.pyplot as plt\nplt.bar(*pd.read_csv("a.csv").values.T)';
    for (const [text, expected] of [
      ['name,sold\nnorth,3\n', []],
      ['name,sold\n北京,3\n', ['cvttf_NotoSansCJK_Regular']],
      ['name,sold\n서울,3\n', ['koreanize_matplotlib']],
      ['name,sold\nおおさか,3\n', ['matplotlib_fontja']],
    ] as const) {
      alone.files.writeFile('/workspace/a.csv', text);
      expect(fontsOf(plot), text).toEqual(expected);
    }
    alone.files.unlink('/workspace/a.csv');
  });
});
