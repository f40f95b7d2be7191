import { LIMITS } from '../../../shared/limits.ts';
import { RpcPeer } from '../../../shared/rpc/peer.ts';
import type { RpcPort } from '../../../shared/rpc/port.ts';
import {
  sidecarContract,
  sidecarHostContract,
  type SidecarContract,
  type SidecarHostContract,
} from '../../../shared/protocol/sidecar-protocol.ts';

/** The RPC connection to one sidecar process. */
export type SidecarPeer = RpcPeer<SidecarHostContract, SidecarContract>;

/** Connects: messages of the process are received and validated from now on. */
export const openSidecarPeer = (port: RpcPort): SidecarPeer =>
  new RpcPeer({
    port,
    local: sidecarHostContract,
    remote: sidecarContract,
    handlers: {},
    limits: {
      maxMessageBytes: LIMITS.sidecarMessageBytes,
      maxSendBytes: LIMITS.toSidecarBytes,
      maxPending: LIMITS.sidecarCalls,
    },
  });
