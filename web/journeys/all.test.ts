/* Every journey, one after another, in one office. */
import { after } from 'node:test';
import { close, open } from './office';

after(close);
await open();
await import('./story');
