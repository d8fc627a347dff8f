/** A Service: connections are dealt out to pods that are ready, and stay with them, as kube-proxy does it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';

/** Milliseconds until every node has heard that a pod came or went. */
const propagation = 1000;

export class Service {
  readonly #server: Server;
  readonly #endpoints = new Map<object, number>();
  #turn = 0;
  /** Connections for which nobody was ready. */
  unserved = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<Service> {
    const server = createServer({ allowHalfOpen: true });
    const service = new Service(server);
    server.on('connection', (client) => {
      const port = service.#next();
      client.on('error', () => {});
      if (port === undefined) {
        service.unserved += 1;
        client.resetAndDestroy();
        return;
      }
      const pod = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      pod.on('error', () => client.resetAndDestroy());
      client.on('close', () => pod.destroy());
      pod.on('close', () => client.destroy());
      client.setNoDelay();
      pod.setNoDelay();
      client.pipe(pod).pipe(client);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return service;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** A pod is ready at a port, or is so no more (undefined). Nodes hear of it a moment later. */
  tell(pod: object, port: number | undefined): void {
    const timer = setTimeout(() => {
      if (port === undefined) this.#endpoints.delete(pod);
      else this.#endpoints.set(pod, port);
    }, propagation);
    timer.unref();
  }

  #next(): number | undefined {
    const ports = [...this.#endpoints.values()];
    this.#turn += 1;
    return ports[this.#turn % ports.length];
  }

  close(): void {
    this.#server.close();
  }
}
