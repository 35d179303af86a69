import type { EventRecord } from '../../store/collections.ts';
import type { Writer } from '../../store/store.ts';

/** Events of a service that are kept; older ones make room. */
const KEPT_EVENTS = 500;

/** Something worth telling. */
export type EventNote = Pick<EventRecord, 'type' | 'reason' | 'message' | 'revision' | 'replica'>;

/** Adds events of a service behind those it has. */
export async function addEvents(writer: Writer, uid: string, events: readonly EventNote[]): Promise<void> {
  if (events.length === 0) return;
  const [newest] = await writer.list('events', { where: { serviceUid: uid }, order: 'newest', limit: 1 });
  let sequence = newest === undefined ? 0 : Number(newest.id.slice(newest.id.lastIndexOf('/') + 1));
  for (const event of events) {
    sequence += 1;
    const time = new Date().toISOString();
    await writer.put('events', eventKey(uid, sequence), { serviceUid: uid, time, ...event }, 'absent');
    await writer.remove('events', eventKey(uid, sequence - KEPT_EVENTS));
  }
}

function eventKey(uid: string, sequence: number): string {
  return `${uid}/${String(sequence).padStart(10, '0')}`;
}
