/** Digests of file contents. A digest is written `algorithm:hex`, as `md5:d41d8cd98f00b204e9800998ecf8427e`. */

export const checksumAlgorithms = ['md5', 'sha256', 'crc64nvme'] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];
