/**
 * What a component needs from the page around it.
 * @typedef {{store: any, actions: any, message: any, busy: string | null}} Context
 */

export {};
