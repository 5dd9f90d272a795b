/* Every journey, one after another, in one office; ONLY=name walks one file. */
import { after } from 'node:test';
import { close, open } from './office';

const all = [
  'story',
  'intake',
  'turns',
  'rights',
  'administration',
  'accounts',
  'breaks',
  'finding',
  'alarms',
  'lock',
  'correcting',
  'splitting',
  'taken',
  'reporting',
  'auditing',
  'day',
  'looking',
  'plain',
  'pages',
];
/* A program with the example of docs/TOUR.md in it. */
if (process.env.LIANGCAO_PROGRAM?.includes('/example/')) all.push('example');

after(close);
await open();
for (const name of all) if (!process.env.ONLY || process.env.ONLY.split(',').includes(name)) await import(`./${name}`);
