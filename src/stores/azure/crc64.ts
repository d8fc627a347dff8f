/** The checksum of Azure Storage: CRC-64/NVME, its bytes from the last to the first. Pure. */
import { Crc64Nvme } from '../../records/crc64nvme.ts';

export function azureCrc64(bytes: Uint8Array): Buffer {
  const hasher = new Crc64Nvme();
  hasher.update(bytes);
  return Buffer.from(hasher.digest().slice(-16), 'hex').reverse();
}
