/**
 * What a subscriber must know of its session when it connects again, also in another process.
 *
 * @module
 */
import type { Packet } from "mqtt-packet"
import type { Qos } from "./message.ts"

/** The topics to read, each with its quality of service. */
export type Subscriptions = Readonly<Record<string, Qos>>

/** The state of a session, as it is stored with each block: plain data. */
export interface SessionState {
  readonly clientId: string
  /** What the server was asked for. */
  readonly subscriptions: Subscriptions
  /**
   * The packet IDs of messages with quality of service 2 that are stored, and that the server may send again until it has
   * released them.
   */
  readonly received: ReadonlyArray<number>
}

const isState = (value: unknown): value is SessionState =>
  typeof value === "object" && value !== null && "clientId" in value && "subscriptions" in value && "received" in value

/** Follows the session of one connection. */
export class SubscriberSession {
  readonly #clientId: string
  readonly #subscriptions: Subscriptions
  readonly #earlier: SessionState | undefined
  readonly #received: Set<number>

  /** `earlier` is what was stored last, of any session. `isPresent` says that the server continues the session. */
  constructor(clientId: string, subscriptions: Subscriptions, earlier: unknown, isPresent: boolean) {
    this.#clientId = clientId
    this.#subscriptions = subscriptions
    this.#earlier = isPresent && isState(earlier) && earlier.clientId === clientId ? earlier : undefined
    this.#received = new Set(this.#earlier?.received)
  }

  /**
   * The packets that make the server's subscriptions those of the program. None are needed for what the session has: the
   * server would send the retained messages of these topics again.
   */
  get changes(): ReadonlyArray<Packet> {
    const before = this.#earlier?.subscriptions ?? {}
    const subscriptions = Object.entries(this.#subscriptions).flatMap(([topic, qos]) =>
      before[topic] === qos ? [] : [{ topic, qos, nl: false, rap: true, rh: 1 }]
    )
    const unsubscriptions = Object.keys(before).filter((topic) => this.#subscriptions[topic] === undefined)
    return [
      ...(subscriptions.length === 0 ? [] : [{ cmd: "subscribe", messageId: 1, subscriptions } as const]),
      ...(unsubscriptions.length === 0 ? [] : [{ cmd: "unsubscribe", messageId: 2, unsubscriptions } as const]),
    ]
  }

  /** Notes a message with quality of service 2. Returns whether it is new. */
  receive(id: number): boolean {
    if (this.#received.has(id)) return false
    this.#received.add(id)
    return true
  }

  /** The server will not send this message again. */
  release(id: number): void {
    this.#received.delete(id)
  }

  /** The state to store. */
  get state(): SessionState {
    return { clientId: this.#clientId, subscriptions: this.#subscriptions, received: Array.from(this.#received) }
  }
}
