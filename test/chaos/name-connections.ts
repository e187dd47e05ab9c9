import { Socket } from "node:net";

/*
 * Loaded into a hook's process before the hook: whatever it sends over TCP begins with a line that tells whose it is, so
 * that the network between the hooks and OCP knows who asks. What hooks say to one another goes over other sockets.
 */

// eslint-disable-next-line @typescript-eslint/unbound-method -- called with the socket it was taken from
const connect = Socket.prototype.connect as (this: Socket, ...args: unknown[]) => Socket;

Socket.prototype.connect = function (this: Socket, ...args: unknown[]): Socket {
  const socket = connect.apply(this, args);
  const [first] = Array.isArray(args[0]) ? (args[0] as readonly unknown[]) : args;
  const isTcp = typeof first === "object" && first !== null && "port" in first;
  if (isTcp) socket.write(`${process.env["CHAOS_HOOK"] ?? "?"}\n`);
  return socket;
};
